/**
 * Waits for shared work on behalf of one caller. The work continues for other callers when this one gives up.
 *
 * @returns the result of `work`
 * @throws the reason of `signal`, if it fires first
 */
export function orAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
