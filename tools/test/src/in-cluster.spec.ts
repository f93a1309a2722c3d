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
  it('the cluster is brought up for the tests, and taken down afterwards', async () => {
    const { done, counts } = await run({});
    expect(done).toEqual(['up', 'tests with /kubeconfig', 'down']);
    expect(counts).toEqual([{ passed: 3, failed: 0 }]);
  });

  it('a cluster that was up before stays up, and the loss of its content is announced', async () => {
    const { done } = await run({ runs: true });
    expect(done).toEqual([expect.stringContaining('its content is lost'), 'up', 'tests with /kubeconfig']);
  });

  it('no cluster stays up in CI', async () => {
    expect((await run({ runs: true, ci: true })).done.at(-1)).toBe('down');
  });

  it('a cluster that does not come up is one failure, and its started parts are taken down', async () => {
    const { done, counts } = await run({ comesUp: false });
    expect(done).toEqual(['up', 'down']);
    expect(counts).toEqual([{ passed: 0, failed: 1 }]);
  });

  it('a cluster that cannot be taken down is one more failure', async () => {
    expect((await run({ goesDown: false })).counts).toEqual([
      { passed: 3, failed: 0 },
      { passed: 0, failed: 1 },
    ]);
  });

  it('the cluster is also taken down when the tests are interrupted', async () => {
    const { done, counts } = await run({ interrupted: true });
    expect(done.at(-1)).toBe('down');
    expect(counts).toBe('interrupted');
  });
});
