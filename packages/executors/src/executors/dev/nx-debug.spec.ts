import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DelveInfo } from '../../delve/build-delve.js';
import type { LoopOptions } from '../../loop/options.js';
import type { TaskRun } from '../../loop/targets/task-runner.js';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { filledOptions } from '../nx-options.js';
import { requireDebugOption, withDebug } from './nx-debug.js';
import type { DevOptions } from './schema.js';

describe('the option debug', () => {
  it('the option debug is refused together with once', () =>
    expect(requireDebugOption({ debug: true, once: true })).rejects.toMatchObject({
      culprit: 'configuration',
      message: '"once" and "debug" are both set.',
      next: 'Leave one out: what is brought up once is not held at breakpoints.',
    }));

  it('the option debug is refused before any work if its port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await expect(requireDebugOption({ debug: { port } })).rejects.toMatchObject({
        culprit: 'configuration',
        message: `debug: port ${port} on 127.0.0.1 is in use.`,
        next: 'Stop what uses it, or set debug.port to another port.',
      });
      await requireDebugOption({ debug: false });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    await requireDebugOption({ debug: { port } });
  });
});

describe('the loop with debugging', () => {
  let root: string;
  let delve: string;
  /** Targets that were run, each with what it was given. */
  let ran: { target: string; env?: Record<string, string> }[];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nx-kube-debug-'));
    delve = join(root, 'dist/one/delve/dlv');
    await mkdir(join(root, 'one'));
    await writeFile(join(root, 'one/go.mod'), 'module example.com/one\n');
    ran = [];
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const loop = {
    goBuild: { directory: '/ws', output: '/ws/bin', gcflags: 'all=-N -l', ldflags: '' },
    targets: { goBuild: 'go-build', kustomizeBuild: 'kustomize-build', imageBuild: 'image-build' },
    env: { GOARCH: 'arm64' },
    deploy: { project: 'one' },
    portForwards: [{ port: 5000 }],
  } as unknown as LoopOptions;

  function context(): ExecutorContext {
    const made = executorContext(root, 'one');
    made.projectsConfigurations.projects['one']!.targets = { 'delve-build': {}, 'go-build': {} };
    return made;
  }

  /** @param built what delve-build, or the cache in its place, leaves */
  const debugged = async (options: DevOptions, run: TaskRun = { ok: true, output: '' }, built?: DelveInfo) => {
    const runner = {
      async run(target: string, { env }: { env?: Record<string, string> }) {
        ran.push({ target, env });
        await mkdir(join(delve, '..'), { recursive: true });
        await writeFile(join(delve, '../delve.json'), JSON.stringify(built ?? { version: '1.27.2' }));
        return run;
      },
    };
    return withDebug(loop, filledOptions('dev', options), context(), { runner, signal: new AbortController().signal });
  };

  it('a debugged loop has a debugger for the nodes, a port-forward to it, and arguments for the process', async () => {
    const { deploy, portForwards } = await debugged({ debug: { args: ['--leader-elect=false'] } });
    expect(deploy.debug).toEqual({ port: 30000, args: ['--leader-elect=false'], delve });
    expect(portForwards).toEqual([{ port: 5000 }, { port: 30000 }]);
    expect(ran).toEqual([{ target: 'delve-build', env: { GOARCH: 'arm64' } }]);
    expect((await debugged({ debug: { port: 40000 } })).deploy.debug).toEqual({ port: 40000, args: [], delve });
  });

  it('a loop without debugging stays unchanged and builds no debugger', async () => {
    expect(await debugged({ debug: false })).toBe(loop);
    expect(ran).toEqual([]);
  });

  it('a debugger that cannot be built is refused with the output of its build', async () => {
    const failed = debugged({ debug: true }, { ok: false, output: 'no route to the module\n' });
    await expect(failed).rejects.toMatchObject({
      culprit: 'configuration',
      message: 'delve-build failed:\nno route to the module',
      next: 'Fix what it says; nx run one:delve-build tries it alone.',
    });
  });

  it('a cached debugger that does not support the project’s Go is refused', async () => {
    const old: DelveInfo = { version: '1.9.1', go: { min: '1.17', max: '1.19' } };
    await expect(debugged({ debug: true }, undefined, old)).rejects.toMatchObject({
      culprit: 'configuration',
      message: expect.stringMatching(/^Delve 1\.9\.1 is too old for go1\.\d+(\.\d+)?: .* Go 1\.17 to 1\.19\.$/),
      next: expect.stringContaining('"version" of the target delve-build'),
    });
  });

  it('a project without a target that builds the debugger is refused', () =>
    expect(debugged({ debug: true, delveBuild: 'dlv' })).rejects.toMatchObject({
      message: 'one has no target "dlv", which the option "delveBuild" names.',
      next: 'Set "delveBuild" to one of delve-build, go-build.',
    }));
});
