import { describe, expect, it } from 'vitest';
import { runSteps } from './steps.js';

const { signal } = new AbortController();

describe('runSteps', () => {
  it('steps run once each, after the steps that they depend on', async () => {
    const order: string[] = [];
    const step = (name: string, after: string[]) => ({ after, run: async () => void order.push(name) });
    await runSteps({ c: step('c', ['a', 'b']), b: step('b', ['a']), a: step('a', []), d: step('d', ['a']) }, signal);
    expect(order).toEqual(['a', 'b', 'd', 'c']);
  });

  it('steps without a dependency between them run at the same time', async () => {
    let meet = () => {};
    const met = new Promise<void>((resolve) => (meet = resolve));
    await runSteps({ a: { after: [], run: () => met }, b: { after: [], run: async () => meet() } }, signal);
  });

  it('a run fails with the first failure, once all other steps are aborted and have ended', async () => {
    let ended = false;
    const begun: string[] = [];
    await expect(
      runSteps(
        {
          slow: {
            after: [],
            run: (aborted) =>
              new Promise((resolve) =>
                aborted.addEventListener('abort', () => {
                  ended = true;
                  resolve(undefined);
                }),
              ),
          },
          bad: { after: [], run: () => Promise.reject(new Error('it is broken')) },
          later: { after: ['bad'], run: async () => void begun.push('later') },
        },
        signal,
      ),
    ).rejects.toThrow('it is broken');
    expect(ended).toBe(true);
    expect(begun).toEqual([]);
  });

  it('a run ends when its signal is aborted', async () => {
    const stop = new AbortController();
    const running = runSteps(
      {
        a: {
          after: [],
          run: (aborted) =>
            new Promise((_, reject) => aborted.addEventListener('abort', () => reject(aborted.reason as Error))),
        },
      },
      stop.signal,
    );
    stop.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
  });
});
