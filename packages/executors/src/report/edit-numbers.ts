import type { LoopEvent } from '../events/events.js';

/** Edits of each target that have no conclusion yet, so that a conclusion names all the edits that it stands for. */
export class EditNumbers {
  readonly #open = new Map<string, Set<number>>();
  /** Those of `#open` whose run a newer one has replaced. */
  readonly #superseded = new Map<string, Set<number>>();

  onEdit({ edit, targets }: LoopEvent & { type: 'edit' }): void {
    targets.forEach((target) => setOf(this.#open, target).add(edit));
  }

  /** @returns the numbers of the earlier edits that a run concludes besides its own; none for a superseded run */
  onLedger({ edit, entry: { target, outcome } }: LoopEvent & { type: 'ledger' }): number[] {
    const [open, superseded] = [setOf(this.#open, target), setOf(this.#superseded, target)];
    if (outcome === 'superseded') {
      if (edit > 0) superseded.add(edit);
      return [];
    }
    // A closed gate collects edits without a run of their own.
    const concluded = [...new Set([...open, ...superseded])].filter((one) => one <= edit || superseded.has(one));
    concluded.forEach((one) => open.delete(one));
    superseded.clear();
    return concluded.filter((one) => one !== edit).sort((a, b) => a - b);
  }
}

/** `#2`, `#2 and #4`, `#2 to #5 and #7`. Pure. @param numbers in ascending order */
export function numbersText(numbers: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range && number === range[1] + 1) range[1] = number;
    else ranges.push([number, number]);
  }
  const texts = ranges.flatMap(([first, last]) => {
    if (last - first < 2) return first === last ? [`#${first}`] : [`#${first}`, `#${last}`];
    return [`#${first} to #${last}`];
  });
  const last = texts.pop();
  return texts.length ? `${texts.join(', ')} and ${last}` : `${last}`;
}

function setOf(sets: Map<string, Set<number>>, target: string): Set<number> {
  const set = sets.get(target) ?? new Set();
  sets.set(target, set);
  return set;
}
