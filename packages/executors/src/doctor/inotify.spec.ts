import { mkdtemp, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failureIsHarmless, inBackground } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { diagnoseInotify, inotifyDiagnosis, inotifyUse } from './inotify.js';

const use = (watches: [number, number], instances: [number, number]) => ({
  watches: { used: watches[0], limit: watches[1] },
  instances: { used: instances[0], limit: instances[1] },
});

describe('diagnoseInotify', () => {
  it('the limits on file watches are shown with their use', () => {
    expect(inotifyDiagnosis(use([10, 65536], [3, 128]))).toEqual({
      check: 'inotify',
      verdict: 'ok',
      message: 'max_user_watches 65536 (10 used), max_user_instances 128 (3 used)',
    });
  });

  it('a limit on file watches is a warning when nearly reached, a failure when reached, with the setting to change', () => {
    expect(inotifyDiagnosis(use([60000, 65536], [3, 128]))).toMatchObject({
      verdict: 'warn',
      next: 'Run sudo sysctl fs.inotify.max_user_watches=524288, and add the setting to /etc/sysctl.d.',
    });
    expect(inotifyDiagnosis(use([10, 65536], [128, 128]))).toMatchObject({
      verdict: 'fail',
      next: 'Run sudo sysctl fs.inotify.max_user_instances=1024, and add the setting to /etc/sysctl.d.',
    });
  });

  it('the check succeeds on systems without inotify', async () => {
    expect(await diagnoseInotify('darwin')).toMatchObject({ verdict: 'ok' });
  });

  it.runIf(process.platform === 'linux')('the use of file watches is counted over real processes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nx-kube-inotify-'));
    const stop = new AbortController();
    const uid = process.getuid!();
    try {
      const watched = watch(folder, { signal: stop.signal })[Symbol.asyncIterator]().next();
      inBackground(watched, failureIsHarmless);
      const during = await inotifyUse('/proc', uid);
      expect(during.instances.used).toBeGreaterThanOrEqual(1);
      expect(during.watches.used).toBeGreaterThanOrEqual(1);
      expect(during.watches.limit).toBeGreaterThan(0);
    } finally {
      stop.abort();
      await rm(folder, { recursive: true });
    }
  });
});
