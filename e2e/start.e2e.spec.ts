import { readFileSync } from 'node:fs';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { processes } from '@nx-kube/testing/e2e/processes.js';
import { repository } from '@nx-kube/testing/e2e/workspace.js';

/** Mark in the environment of `npm start` and of all that it starts. */
const MARK = `start-e2e-${process.pid}`;

/** Processes that `npm start` has started, without pods. */
const left = () => processes(({ pid }) => environmentOf(pid).includes(`NX_KUBE_START_E2E=${MARK}`));

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}

afterAll(async () => {
  await execa('npx', ['nx', 'run', 'greeter-controller:down'], { cwd: repository, env: { NX_DAEMON: 'false' } });
});

describe('npm start', () => {
  // The set-up may have to compile the packages and the example.
  it(
    'npm start uses the current cluster, brings an example up in it, and leaves no process after Ctrl-C',
    { timeout: 600_000 },
    async () => {
      const start = execa(process.execPath, ['tools/start.mjs', 'greeter-controller', '--output=json'], {
        cwd: repository,
        env: { NX_KUBE_START_E2E: MARK, FORCE_COLOR: '0' },
        all: true,
        reject: false,
      });
      let healthy = false;
      for await (const line of start.iterable({ from: 'all' })) {
        if (healthy || !line.includes('"type":"healthy"')) continue;
        healthy = true;
        start.kill('SIGINT');
      }
      const { all } = await start;
      expect(all).toMatch(/^Using nx-kube-local \(https:\/\/127\.0\.0\.1:26443\)\.$/m);
      expect(healthy, all).toBe(true);
      expect(all).not.toContain('Take it down with');
      // Nx may end before its executor.
      await expect.poll(left, { timeout: 60_000 }).toEqual([]);
    },
  );
});
