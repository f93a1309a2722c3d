import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from './api-error.js';
import { isCertificateProblem } from './status-error.js';

export interface RetryOptions {
  /** How long to go on trying, counted from the first failure. Default: 20,000 ms. */
  forMs?: number;
  /** First pause; each further one is twice as long, with jitter. Default: 100 ms. */
  firstPauseMs?: number;
  /** Default: 5,000 ms. */
  longestPauseMs?: number;
  signal?: AbortSignal;
  /** Called before each pause. */
  onRetry?: (error: unknown, pauseMs: number) => void;
}

/**
 * Whether trying again may help: no connection, a connection cut off, 429, 500, 502, 503, 504 (which is also how an
 * admission webhook that is not up yet shows).
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 0) return !isCertificateProblem(error);
  return [429, 500, 502, 503, 504].includes(error.status);
}

/** Runs an idempotent action until it does not fail transiently; honours `Retry-After`. @throws the last error */
export async function retry<T>(action: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { forMs = 20_000, signal, onRetry } = options;
  let deadline: number | undefined;
  for (let attempt = 0; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await action();
    } catch (error) {
      if (!isTransient(error) || signal?.aborted) throw error;
      deadline ??= Date.now() + forMs;
      const pauseMs = pauseBefore(attempt, error, options);
      if (Date.now() + pauseMs > deadline) throw error;
      onRetry?.(error, pauseMs);
      await pause(pauseMs, undefined, { signal });
    }
  }
}

/**
 * The pause before the next attempt, in ms: exponential with jitter between half and all of it, so that clients that failed together do not
 * come back together; never shorter than the server asked for.
 *
 * @param attempt counted from 0
 */
export function pauseBefore(
  attempt: number,
  error: unknown,
  { firstPauseMs = 100, longestPauseMs = 5_000 }: Pick<RetryOptions, 'firstPauseMs' | 'longestPauseMs'> = {},
): number {
  const full = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 20));
  const asked = error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, full / 2 + Math.random() * (full / 2));
}
