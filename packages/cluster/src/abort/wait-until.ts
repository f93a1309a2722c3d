/** Ends all current waits each time it rings. A ring without waits is lost. */
export class Bell {
  #waits = new Set<() => void>();

  ring(): void {
    const waits = this.#waits;
    this.#waits = new Set();
    waits.forEach((end) => end());
  }

  /** @internal For `waitUntil`. @returns a function that ends the subscription */
  subscribe(end: () => void): () => void {
    this.#waits.add(end);
    return () => void this.#waits.delete(end);
  }
}

export interface WaitUntilOptions {
  /** Longest time to wait (ms). Default: no limit. */
  ms?: number;
  /** Ends the wait when it rings. */
  bell?: Bell;
}

/**
 * Waits until the signal fires, the time is over, or the bell rings. It never rejects, and holds no listener or timer
 * afterwards.
 *
 * @returns what ended the wait
 */
export function waitUntil(
  signal: AbortSignal,
  { ms, bell }: WaitUntilOptions = {},
): Promise<'aborted' | 'elapsed' | 'rung'> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve('aborted');
    const end = (by: 'aborted' | 'elapsed' | 'rung') => {
      clearTimeout(timer);
      unsubscribe?.();
      signal.removeEventListener('abort', onAbort);
      resolve(by);
    };
    const onAbort = () => end('aborted');
    const timer = ms === undefined ? undefined : setTimeout(() => end('elapsed'), ms);
    const unsubscribe = bell?.subscribe(() => end('rung'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
