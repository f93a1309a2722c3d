import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { fluxTargets } from './nx-flux-targets.js';

const executor = '@nx-kube/executors:flux';

function context(targets: Record<string, TargetConfiguration>, configurationName?: string): ExecutorContext {
  const found = executorContext('/workspace', 'ocm');
  found.projectsConfigurations.projects['ocm']!.targets = targets;
  return { ...found, configurationName };
}

describe('fluxTargets', () => {
  it('the targets that install Flux are the enabled ones with the executor flux, whatever their names', () => {
    const targets = {
      flux: { executor, options: {} },
      fleet: { executor, options: { enabled: true, components: ['source-controller'], timeout: 60 } },
      other: { executor: 'nx:run-commands', options: { enabled: true } },
    };
    expect(fluxTargets(context(targets))).toMatchObject([
      {
        target: 'fleet',
        setup: { components: ['source-controller'], namespace: 'flux-system' },
        options: { target: 'fleet', timeoutMs: 60_000 },
      },
    ]);
    expect(fluxTargets(context({}))).toEqual([]);
  });

  it('a target that installs Flux can be enabled in a configuration', () => {
    const targets = { flux: { executor, configurations: { fleet: { enabled: true, namespace: 'fleet' } } } };
    expect(fluxTargets(context(targets))).toEqual([]);
    expect(fluxTargets(context(targets, 'fleet'))).toMatchObject([{ target: 'flux', setup: { namespace: 'fleet' } }]);
  });

  it('the path of a private key file starts at the workspace root', () => {
    const bootstrap = { provider: 'git', url: 'ssh://git@example.com/f.git', privateKeyFile: 'keys/fleet' };
    const [target] = fluxTargets(context({ flux: { executor, options: { enabled: true, bootstrap } } }));
    expect(target!.setup.bootstrap).toEqual({ ...bootstrap, privateKeyFile: '/workspace/keys/fleet' });
  });
});
