import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ControlRequest, LoopStatus } from '../control/messages.js';
import { serveControl } from '../control/server.js';
import { socketPath } from '../control/socket-path.js';
import { executorContext } from './executor-context.fixture.js';
import { capturedOutput } from './output.fixture.js';
import type { Executor } from './with-settings.js';

const status: LoopStatus = { project: 'one', context: 'kind-dev', healthy: true, targets: [], forwards: [], pods: [] };

/**
 * The tests of a target that speaks to the loop that runs.
 *
 * @param requests what the loop is asked for, by the options that are given
 */
export function describeControl<Options extends object>(
  executor: Executor<Options & { output?: 'text' | 'json' }>,
  requests: readonly [Options, ControlRequest][],
): void {
  const context = executorContext('/w', 'one');
  const [[options]] = requests as [[Options, ControlRequest]];
  let folder: string;
  let output: () => string;
  let stop: AbortController;
  const listen = async (answer: (request: ControlRequest) => LoopStatus) =>
    serveControl(await socketPath('/w', 'one'), answer, stop.signal);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loop-'));
    vi.stubEnv('TMPDIR', folder);
    stop = new AbortController();
    output = capturedOutput();
  });
  afterEach(async () => {
    stop.abort();
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  describe('a running loop', () => {
    it.each(requests)('is asked, with %j, for %j', async (given, request) => {
      const asked: ControlRequest[] = [];
      await listen((one) => (asked.push(one), status));
      expect(await executor(given, context)).toEqual({ success: true });
      expect(asked).toEqual([request]);
      expect(output()).toBe('one in kind-dev: healthy\n');
    });

    it('is shown as JSON, too', async () => {
      await listen(() => status);
      expect(await executor({ ...options, output: 'json' }, context)).toEqual({ success: true });
      expect(JSON.parse(output())).toEqual(status);
    });

    it('may refuse, with the next step', async () => {
      await listen(() => {
        throw new NxKubeError('configuration', 'the loop has no target "x"', { next: 'Use one of go-build.' });
      });
      expect(await executor(options, context)).toEqual({ success: false });
      expect(output()).toBe('the loop has no target "x"\n  → Use one of go-build.\n');
    });
  });

  it('says how to start a loop where none runs', async () => {
    expect(await executor(options, context)).toEqual({ success: false });
    expect(output()).toBe('no dev of one is running\n  → Start it with nx run one:dev.\n');
  });
}
