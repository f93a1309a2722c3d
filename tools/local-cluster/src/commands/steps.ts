import { setMaxListeners } from 'node:events';

export interface Step {
  /** Names of the steps that must have succeeded first. */
  after: string[];
  run: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * Runs each step as soon as the steps in its `after` have ended. The first failure aborts the others. It is thrown once
 * no step runs any more.
 */
export async function runSteps(steps: Record<string, Step>, signal: AbortSignal): Promise<void> {
  const failure = new AbortController();
  setMaxListeners(0, failure.signal);
  // Not `AbortSignal.any`: on Node 20 its signal can be garbage-collected while it is awaited, and then never fires.
  const abort = () => failure.abort(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const begun = new Map<string, Promise<void>>();
  const begin = (name: string): Promise<void> => {
    const step = steps[name];
    if (!step) throw new TypeError(`${name} is not a step.`);
    const before = begun.get(name);
    if (before) return before;
    const promise = Promise.all(step.after.map(begin)).then(async () => {
      failure.signal.throwIfAborted();
      await step.run(failure.signal);
    });
    promise.catch((error: unknown) => failure.abort(error));
    begun.set(name, promise);
    return promise;
  };
  await Promise.allSettled(Object.keys(steps).map(begin));
  signal.removeEventListener('abort', abort);
  if (failure.signal.aborted) throw failure.signal.reason;
}
