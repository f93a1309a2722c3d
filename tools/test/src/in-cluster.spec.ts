import { describe, expect, it } from 'vitest';
import { inCluster } from './in-cluster.mjs';

interface Fate {
  runs?: boolean;
  comesUp?: boolean;
  goesDown?: boolean;
  ci?: boolean;
  interrupted?: boolean;
}

/** Runs a test in a stand-in for the cluster, and says what was done with it. */
async function run({ runs = false, comesUp = true, goesDown = true, ci = false, interrupted = false }: Fate) {
  const done: string[] = [];
  const cluster = {
    runs: async () => runs,
    up: async () => (done.push('up'), comesUp ? { KUBECONFIG: '/kubeconfig' } : undefined),
    down: async () => (done.push('down'), goesDown),
  };
  const tests = async ({ KUBECONFIG }: NodeJS.ProcessEnv) => {
    done.push(`tests with ${KUBECONFIG}`);
    if (interrupted) throw new Error('interrupted');
    return { passed: 3, failed: 0 };
  };
  const counts = await inCluster(cluster, tests, { ci, say: (line) => done.push(line) }).catch(() => 'interrupted');
  return { done, counts };
}

describe('tests in the embedded cluster', () => {
  it('have it brought up, and taken down afterwards', async () => {
    const { done, counts } = await run({});
    expect(done).toEqual(['up', 'tests with /kubeconfig', 'down']);
    expect(counts).toEqual([{ passed: 3, failed: 0 }]);
  });

  it('leave one up that was up before, and say beforehand what becomes of what it holds', async () => {
    const { done } = await run({ runs: true });
    expect(done).toEqual([expect.stringContaining('what it holds is lost'), 'up', 'tests with /kubeconfig']);
  });

  it('leave nothing up in CI', async () => {
    expect((await run({ runs: true, ci: true })).done.at(-1)).toBe('down');
  });

  it('are one failure where it does not come up, and what did is taken down', async () => {
    const { done, counts } = await run({ comesUp: false });
    expect(done).toEqual(['up', 'down']);
    expect(counts).toEqual([{ passed: 0, failed: 1 }]);
  });

  it('have one failure more where it cannot be taken down', async () => {
    expect((await run({ goesDown: false })).counts).toEqual([
      { passed: 3, failed: 0 },
      { passed: 0, failed: 1 },
    ]);
  });

  it('have it taken down also when they are interrupted', async () => {
    const { done, counts } = await run({ interrupted: true });
    expect(done.at(-1)).toBe('down');
    expect(counts).toBe('interrupted');
  });
});
