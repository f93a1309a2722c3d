import { describe, expect, it } from 'vitest';
import { NxKubeError } from '../errors.js';
import { ApiError } from './api-error.js';
import { isTransient, pauseBefore, retry } from './retry.js';

function apiError(status: number, reason = '', retryAfterMs?: number): ApiError {
  return new ApiError('cluster', `${status} ${reason}`, { status, reason, retryAfterMs });
}

describe('isTransient', () => {
  it.each([
    [apiError(0, 'ECONNREFUSED'), true],
    [apiError(0, 'ECONNRESET'), true],
    [apiError(0, 'UND_ERR_SOCKET'), true],
    [apiError(0, 'EAI_AGAIN'), true],
    [apiError(0, 'SELF_SIGNED_CERT_IN_CHAIN'), false],
    [apiError(429), true],
    [apiError(500, 'failed calling webhook "x": connect: connection refused'), true],
    [apiError(502), true],
    [apiError(503), true],
    [apiError(504), true],
    [apiError(400), false],
    [apiError(401), false],
    [apiError(403), false],
    [apiError(404), false],
    [apiError(409), false],
    [apiError(422), false],
    [new NxKubeError('cluster', 'x'), false],
    [new Error('x'), false],
    [undefined, false],
  ])('the error "%s" is transient: %s', (error, transient) => {
    expect(isTransient(error)).toBe(transient);
  });
});

describe('retry', () => {
  it('an action is repeated until it succeeds, and each pause is reported', async () => {
    const pauses: number[] = [];
    let left = 3;
    const result = await retry(
      async () => {
        if (left-- > 0) throw apiError(503);
        return 'done';
      },
      { firstPauseMs: 1, onRetry: (_error, pauseMs) => pauses.push(pauseMs) },
    );
    expect(result).toBe('done');
    expect(pauses).toHaveLength(3);
  });

  it('an action with a permanent error is not repeated', async () => {
    let calls = 0;
    await expect(retry(() => Promise.reject(apiError(403 + 0 * ++calls)))).rejects.toMatchObject({ status: 403 });
    expect(calls).toBe(1);
  });

  it('an action fails with its last error when its time is over', async () => {
    let calls = 0;
    const attempt = () => Promise.reject(apiError(503, `attempt ${++calls}`));
    await expect(retry(attempt, { forMs: 30, firstPauseMs: 5 })).rejects.toMatchObject({
      reason: expect.stringMatching(/^attempt [2-9]/) as string,
    });
  });

  it('a pause lasts as long as the server asked, or the action fails if that is too long', async () => {
    const started = performance.now();
    let calls = 0;
    await retry(
      async () => {
        if (calls++ === 0) throw apiError(429, '', 60);
      },
      { firstPauseMs: 1 },
    );
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
    await expect(retry(() => Promise.reject(apiError(429, '', 60_000)), { forMs: 100 })).rejects.toMatchObject({
      status: 429,
    });
  });

  it('an abort ends the pause at once', async () => {
    const abort = new AbortController();
    const waiting = retry(() => Promise.reject(apiError(503)), {
      firstPauseMs: 10_000,
      signal: abort.signal,
      onRetry: () => abort.abort(),
    });
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});

describe('pauseBefore', () => {
  it('the pauses between retries grow up to a limit, with jitter', () => {
    for (let attempt = 0; attempt < 30; attempt++) {
      const full = Math.min(5_000, 100 * 2 ** attempt);
      const pause = pauseBefore(attempt, undefined);
      expect(pause).toBeGreaterThanOrEqual(full / 2);
      expect(pause).toBeLessThanOrEqual(full);
    }
    expect(new Set(Array.from({ length: 10 }, () => pauseBefore(3, undefined))).size).toBeGreaterThan(1);
  });
});
