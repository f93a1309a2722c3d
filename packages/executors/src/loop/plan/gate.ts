/** `auto`: an edit makes a target run. `manual`: edits collect until the target is triggered. */
export type TriggerMode = 'auto' | 'manual';

/** An edit, or several edits that have collected. */
export interface Work {
  /** Number of the newest edit; 0 is the start, `triggered` is a command. */
  number: number;
  files: string[];
  /** When the first of the files changed, or when the gate released the work (ms of `performance.now()`). */
  at: number;
}

/** The number of work that no edit asked for. */
export const triggered = -1;

export interface GateState {
  mode: TriggerMode;
  paused: boolean;
  /** Files that have changed since the gate was closed. */
  waiting: string[];
}

/** What control commands may see of the gate. */
export type GateView = Pick<Gate, 'targets' | 'state'>;

interface Known {
  mode: TriggerMode;
  paused: boolean;
  /** What has collected. */
  work?: Work;
}

/**
 * Decides which targets run now. Edits of a paused or manual target collect into one piece of work, so that its release
 * delivers only the newest state, once. Immutable: each change gives a new gate.
 */
export class Gate {
  private constructor(private readonly known: ReadonlyMap<string, Known>) {}

  static of(modes: Iterable<[target: string, mode: TriggerMode]>): Gate {
    return new Gate(new Map([...modes].map(([target, mode]) => [target, { mode, paused: false }])));
  }

  get targets(): string[] {
    return [...this.known.keys()];
  }

  state(target: string): GateState {
    const { mode, paused, work } = this.known.get(target)!;
    return { mode, paused, waiting: work?.files ?? [] };
  }

  /** Splits stale targets into those that run now and those that collect the work. */
  admit(stale: readonly string[], work: Work): { gate: Gate; admitted: string[]; collected: string[] } {
    const isOpen = (target: string) => {
      const { mode, paused } = this.known.get(target)!;
      return mode === 'auto' && !paused;
    };
    const collected = stale.filter((target) => !isOpen(target));
    const gate = this.#with(collected, (known) => {
      const files = new Set([...(known.work?.files ?? []), ...work.files]);
      return { ...known, work: { ...work, files: [...files].sort() } };
    });
    return { gate, admitted: stale.filter(isOpen), collected };
  }

  pause(targets: readonly string[]): Gate {
    return this.#with(targets, (known) => ({ ...known, paused: true }));
  }

  /** Opens the gate; what has collected for targets in mode `auto` runs now. */
  resume(targets: readonly string[], now: number): { gate: Gate; released: Map<string, Work> } {
    const opened = this.#with(targets, (known) => ({ ...known, paused: false }));
    const released = new Map<string, Work>();
    for (const target of targets) {
      const { mode, work } = this.known.get(target)!;
      if (work && mode === 'auto') released.set(target, { ...work, at: now });
    }
    return { gate: opened.#without([...released.keys()]), released };
  }

  /** Sets the mode of each target; what has collected for a target that is `auto` now, and not paused, runs now. */
  setModes(modes: Readonly<Record<string, TriggerMode>>, now: number): { gate: Gate; released: Map<string, Work> } {
    const changed = new Gate(
      new Map([...this.known].map(([target, known]) => [target, { ...known, mode: modes[target] ?? 'auto' }])),
    );
    const open = this.targets.filter((target) => !this.known.get(target)!.paused);
    return changed.resume(open, now);
  }

  /**
   * Releases what has collected for a target, or all of the target's work where nothing has. The gate stays open or
   * closed.
   */
  trigger(target: string, now: number): { gate: Gate; work: Work } {
    const work = this.known.get(target)!.work ?? { number: triggered, files: [] };
    return { gate: this.#without([target]), work: { ...work, at: now } };
  }

  #without(targets: readonly string[]): Gate {
    return this.#with(targets, ({ mode, paused }) => ({ mode, paused }));
  }

  #with(targets: readonly string[], change: (known: Known) => Known): Gate {
    const known = new Map(this.known);
    for (const target of targets) known.set(target, change(known.get(target)!));
    return new Gate(known);
  }
}
