import { setMaxListeners } from 'node:events';
import { explain } from '@nx-kube/cluster';
import { printError } from './print.js';

/** For signals made from it too. */
const manyListeners = 256;

/** How Nx and the terminal say that a target is to stop. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The frame of every executor that ends by itself: runs `work` with a signal that is aborted when Nx or the terminal
 * says to stop, and turns what it throws into one message.
 *
 * @param work returns whether the target succeeded
 */
export async function runExecutor(work: (signal: AbortSignal) => Promise<boolean>): Promise<{ success: boolean }> {
  const abort = new AbortController();
  // Every request, child and watch of a run listens to it: their number is no sign of a leak.
  setMaxListeners(manyListeners);
  const stop = () => abort.abort();
  for (const name of stopSignals) process.on(name, stop);
  try {
    return { success: await work(abort.signal) };
  } catch (error) {
    if (!abort.signal.aborted) printError(explain(error));
    return { success: false };
  } finally {
    for (const name of stopSignals) process.off(name, stop);
  }
}
