import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from './api-error.js';
import { isCertificateProblem } from './status-error.js';

export interface RetryOptions {
  /** Time limit (ms) for retries, counted from the first failure. Default: 20,000. */
  forMs?: number;
  /** First pause (ms). Each further pause is twice as long, with jitter. Default: 100. */
  firstPauseMs?: number;
  /** Longest pause (ms). Default: 5,000. */
  longestPauseMs?: number;
  signal?: AbortSignal;
  /** Called before each pause. */
  onRetry?: (error: unknown, pauseMs: number) => void;
}

/**
 * Whether a retry may help: no connection, a broken connection, or status 429, 500, 502, 503 or 504. An admission
 * webhook that is not up yet shows as one of these.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.status === 0) return !isCertificateProblem(error);
  return [429, 500, 502, 503, 504].includes(error.status);
}

/**
 * Repeats an idempotent action while it fails transiently. Honours `Retry-After`.
 *
 * @throws the last error
 */
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
 * Pause (ms) before the next attempt: exponential, with jitter between half and all of it, never shorter than the
 * server asked for. The jitter keeps clients that failed together from coming back together.
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
