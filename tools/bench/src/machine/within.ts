import { NxKubeError } from '@nx-kube/cluster';

/**
 * Resolves like the promise. Rejects when the time-out `ms` passes or the signal is aborted.
 *
 * @param what the operation, for the message
 */
export async function within<T>(promise: Promise<T>, ms: number, what: string, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new NxKubeError('bug', `${what} took more than ${ms / 1000} s.`)), ms);
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([promise, ended]);
  } finally {
    end();
  }
}
