import type { Work } from './gate.js';

/** A target that is to run, what for, and why in words. */
export interface Wanted {
  target: string;
  work: Work;
  reason: string;
  /** Nothing was edited: what could not be delivered is tried again. */
  retry?: true;
  /** Deliver also what was delivered before: the cluster may have lost it. Default: false. */
  always?: boolean;
}

/** One run of a target. */
export interface Run extends Wanted {
  /** Counts the runs of the loop. */
  run: number;
}

interface Waiting extends Run {
  /** The runs that have to end first. */
  after: readonly number[];
}

/** The runs that are under way, and those that wait for them. Immutable. */
export interface Queue {
  readonly nextRun: number;
  /** Targets of the runs that are under way, by run. */
  readonly running: ReadonlyMap<number, string>;
  readonly waiting: readonly Waiting[];
}

export const emptyQueue: Queue = { nextRun: 1, running: new Map(), waiting: [] };

/** What a change of the queue does with runs. */
export interface Moves {
  queue: Queue;
  start: Run[];
  wait: Run[];
  /** Runs that waited, and whose place a newer one takes. */
  drop: Run[];
}

/**
 * Adds targets of one edit. A target starts at once, or waits until the targets of the same edit that it depends on
 * have ended, well or not. A run that waits takes the place of an older waiting run of its target.
 *
 * @param dependsOn the targets that a target waits for, without circles; those that the edit does not concern do not
 *   count
 */
export function enqueue(
  { nextRun, running, waiting }: Queue,
  wanted: readonly Wanted[],
  dependsOn: (target: string) => readonly string[],
): Moves {
  const added = new Map<string, Waiting>();
  const add = (one: Wanted): number => {
    const known = added.get(one.target);
    if (known) return known.run;
    const first = wanted.filter(({ target }) => target !== one.target && dependsOn(one.target).includes(target));
    const after = first.map(add);
    const run = nextRun + added.size;
    const names = first.map(({ target }) => target).join(' and ');
    const reason = first.length ? `${one.reason}; it waits for ${names}` : one.reason;
    added.set(one.target, { ...one, run, after, reason });
    return run;
  };
  wanted.forEach(add);
  const all = [...added.values()];
  const wait = all.filter(({ after }) => after.length > 0);
  const start = all.filter(({ after }) => after.length === 0);
  const newer = (run: Run) => wait.find(({ target }) => target === run.target)?.run;
  const drop = waiting.filter((run) => newer(run) !== undefined);
  const replaced = new Map(drop.map((run) => [run.run, newer(run)!]));
  const kept = waiting
    .filter((run) => !drop.includes(run))
    .map((run) => ({ ...run, after: run.after.map((other) => replaced.get(other) ?? other) }));
  return {
    queue: {
      nextRun: nextRun + added.size,
      running: new Map([...running, ...start.map(({ run, target }): [number, string] => [run, target])]),
      waiting: [...kept, ...wait],
    },
    ...{ start, wait, drop },
  };
}

/** The targets that a waiting run waits for. */
export function waitsFor({ running, waiting }: Queue, { after }: { after: readonly number[] }): string[] {
  return after.flatMap((first) => running.get(first) ?? waiting.find(({ run }) => run === first)?.target ?? []);
}

/** Ends a run: those that waited only for it start. */
export function dequeue(queue: Queue, ended: number): Moves {
  const ending = queue.running.get(ended);
  const waiting = queue.waiting.map((run) => ({ ...run, after: run.after.filter((other) => other !== ended) }));
  const start = waiting
    .filter(({ after }) => after.length === 0)
    .map((run) => ({ ...run, reason: `${ending} has ended, and was all that it still waited for` }));
  const running = new Map(queue.running);
  running.delete(ended);
  start.forEach(({ run, target }) => running.set(run, target));
  return {
    queue: { ...queue, running, waiting: waiting.filter(({ after }) => after.length > 0) },
    ...{ start, wait: [], drop: [] },
  };
}
