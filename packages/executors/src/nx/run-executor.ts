import { setMaxListeners } from 'node:events';
import { explain } from '@nx-kube/cluster';
import { renderQuoted } from '../logs/render-line.js';
import { flushOutput, printError } from './print.js';

/** Also for signals derived from it. */
const manyListeners = 256;

/** The signals by which Nx and the terminal stop a target. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs the work of an executor. A stop signal of Nx or the terminal aborts the signal that `work` gets. An error of
 * `work` is printed as one message.
 *
 * @param work returns whether the target succeeded
 */
export async function runExecutor(work: (signal: AbortSignal) => Promise<boolean>): Promise<{ success: boolean }> {
  const abort = new AbortController();
  // Every request, child and watch of a run listens to it: their number does not indicate a leak.
  setMaxListeners(manyListeners);
  const stop = () => abort.abort();
  for (const name of stopSignals) process.on(name, stop);
  try {
    return { success: await work(abort.signal) };
  } catch (error) {
    if (!abort.signal.aborted) printError(renderQuoted(explain(error)));
    return { success: false };
  } finally {
    for (const name of stopSignals) process.off(name, stop);
    await flushOutput();
  }
}
