import { NxKubeError } from '@nx-kube/cluster';

/**
 * The promise, or an error once it has taken too long or the signal ends it.
 *
 * @param what what is waited for, for the message
 */
export async function within<T>(promise: Promise<T>, ms: number, what: string, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let end = () => {};
  const ended = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new NxKubeError('bug', `${what} took more than ${ms / 1000} s`)), ms);
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
