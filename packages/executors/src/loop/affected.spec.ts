import { describe, expect, it } from 'vitest';
import { affected } from './affected.js';
import type { LoopOptions } from './options.js';

const options: LoopOptions = {
  workspaceRoot: '/ws',
  deploy: { project: 'p', manifests: '/ws/m.yaml', image: '/ws/image', stateDirectory: '/ws/.nx', sources: {} },
  targets: { goBuild: 'go-build', kustomizeBuild: 'kustomize-build', imageBuild: 'image-build' },
  inputs: new Map(),
  goBuild: { moduleDirectory: '/ws', main: '.', output: '/ws/bin/manager' } as unknown as LoopOptions['goBuild'],
  kustomization: { path: '/ws/config' } as unknown as LoopOptions['kustomization'],
  env: {},
  timeoutMs: 1000,
  logs: true,
  portForwards: [],
  modes: {},
  secrets: [{ target: 'secrets', specs: { a: 1 }, read: { projectDirectory: '/ws', env: {} } } as never],
};
const { deploy } = options;
const to = (change: Partial<LoopOptions>) => affected(options, { ...options, ...change });

describe('affected', () => {
  it.each<[string, Partial<LoopOptions>, string[]]>([
    ['nothing', {}, []],
    ['the patches', { deploy: { ...deploy, patches: [{ patch: {} } as never] } }, ['kustomize-build']],
    ['the registry', { deploy: { ...deploy, registry: 'localhost:1' } }, ['image-build', 'kustomize-build']],
    ['a secret', { secrets: [{ ...options.secrets![0]!, specs: { a: 2 } }] }, ['secrets']],
    ['port-forwards, trigger modes, the time-out', { portForwards: [{ port: 1 }], modes: {}, timeoutMs: 2 }, []],
  ])('a change of %s runs only the affected targets', (_, change, targets) =>
    expect(to(change)).toEqual({ anew: false, targets }),
  );

  it.each<[string, Partial<LoopOptions>]>([
    ['the log', { logs: false }],
    ['files in other folders', { inputs: new Map([['kustomize-build', { include: ['b/**'], exclude: [] }]]) }],
    ['the grace period', { graceMs: 5 }],
    ['another target', { others: [{ target: 'generate', outputs: [] }] }],
    ['the set of secrets targets', { secrets: [] }],
    ['debugging', { deploy: { ...deploy, debug: { delve: '/dlv', port: 1 } as never } }],
  ])('a change of %s requires a new loop', (_, change) => expect(to(change)).toEqual({ anew: true, targets: [] }));
});
