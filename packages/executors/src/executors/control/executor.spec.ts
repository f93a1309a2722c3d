import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ControlRequest, LoopStatus } from '../../control/messages.js';
import { serveControl } from '../../control/server.js';
import { socketPath } from '../../control/socket-path.js';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { capturedOutput } from '../../nx/output.fixture.js';
import type { Executor } from '../../nx/with-settings.js';
import { pause, resume, status, trigger } from './executor.js';

const loopStatus: LoopStatus = {
  ...{ project: 'one', context: 'kind-dev', healthy: true },
  ...{ targets: [], forwards: [], pods: [] },
};
const context = executorContext('/w', 'one');
let folder: string;
let output: () => string;
let stop: AbortController;
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

/** A loop that listens on the real socket of the project. */
async function listen(answer: (request: ControlRequest) => LoopStatus): Promise<void> {
  await serveControl(await socketPath('/w', 'one'), answer, stop.signal);
}
const some = { targets: ['go-build', 'generate'] };

describe.each<[string, Executor<{ targets: string[]; output?: 'text' | 'json' }>, object, [object, ControlRequest][]]>([
  [
    'pause',
    pause,
    {},
    [
      [{}, { verb: 'pause' }],
      [{ targets: [] }, { verb: 'pause' }],
      [some, { verb: 'pause', ...some }],
    ],
  ],
  [
    'resume',
    resume,
    {},
    [
      [{}, { verb: 'resume' }],
      [{ targets: [] }, { verb: 'resume' }],
      [some, { verb: 'resume', ...some }],
    ],
  ],
  [
    'trigger',
    trigger,
    { targets: ['go-build'] },
    [
      [{ targets: ['go-build'] }, { verb: 'trigger', targets: ['go-build'] }],
      [some, { verb: 'trigger', ...some }],
    ],
  ],
  ['status', status, {}, [[{}, { verb: 'status' }]]],
])('%s', (_, executor, given, requests) => {
  const options = given as { targets: string[] };

  it.each(requests)('the executor with %j sends %j to the loop, and prints its status', async (given, request) => {
    const received: ControlRequest[] = [];
    await listen((one) => (received.push(one), loopStatus));
    expect(await executor(given as { targets: string[] }, context)).toEqual({ success: true });
    expect(received).toEqual([request]);
    expect(output()).toBe('one in kind-dev: healthy\n');
  });

  it('the output json prints the status as JSON', async () => {
    await listen(() => loopStatus);
    expect(await executor({ ...options, output: 'json' }, context)).toEqual({ success: true });
    expect(JSON.parse(output())).toEqual(loopStatus);
  });

  it('a refusal of the loop is printed with its next step', async () => {
    await listen(() => {
      throw new NxKubeError('configuration', 'The loop has no target "x"', { next: 'Use one of go-build.' });
    });
    expect(await executor(options, context)).toEqual({ success: false });
    expect(output()).toBe('The loop has no target "x".\n  → Use one of go-build.\n');
  });

  it('the message for a missing loop says how to start one', async () => {
    expect(await executor(options, context)).toEqual({ success: false });
    expect(output()).toBe('No dev of one is running.\n  → Start it with nx run one:dev.\n');
  });
});
