import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { composedTargets } from './nx-composed-targets.js';
import { otherTargets } from './nx-other-targets.js';

const secrets = (options: object): TargetConfiguration => ({ executor: '@nx-kube/executors:secrets', options });
const flux = (options: object): TargetConfiguration => ({ executor: '@nx-kube/executors:flux', options });
const keys = { secrets: { keys: { kind: 'from-file', files: ['alice=./rsa.pub', './more'] } } };

function context(targets: Record<string, TargetConfiguration>): ExecutorContext {
  const made = executorContext('/ws', 'one');
  made.projectsConfigurations.projects['one']!.targets = targets;
  return made;
}
const read = (targets: Record<string, TargetConfiguration>) =>
  composedTargets(context(targets), { namespace: 'default' });

describe('the targets of a project that make Secrets or install Flux', () => {
  it('targets that make Secrets or install Flux are part of the loop, with their source files', () => {
    const found = read({ credentials: secrets({ ...keys, namespace: 'ns' }), gitops: flux({ enabled: true }) });
    expect(found.secrets).toMatchObject([
      { target: 'credentials', read: { namespace: 'ns' }, paths: ['/ws/one/more', '/ws/one/rsa.pub'] },
    ]);
    expect(found.flux).toMatchObject([{ target: 'gitops', setup: { namespace: 'flux-system' } }]);
  });

  it('disabled targets and targets of other executors are not part of the loop', () =>
    expect(
      read({ secrets: secrets({ ...keys, enabled: false }), flux: flux({}), lint: { executor: 'nx:run-commands' } }),
    ).toEqual({ secrets: [], flux: [] }));

  it('Flux comes before Secrets, and both before the manifests, also if the options name them', () => {
    const targets = { flux: flux({ enabled: true }), secrets: secrets(keys), lint: { executor: 'nx:run-commands' } };
    const made = context(targets);
    made.projectGraph.nodes['one'] = { name: 'one', type: 'app', data: { root: 'one', targets } };
    const { others, waitsFor } = otherTargets(
      { targets: { lint: { dependsOn: ['secrets'] }, secrets: {} } },
      made,
      ['go-build', 'kustomize-build'],
      { flux: ['flux'], secrets: ['secrets'], before: 'kustomize-build' },
    );
    expect(others.map(({ target }) => target)).toEqual(['lint']);
    expect(Object.fromEntries(waitsFor)).toEqual({
      lint: ['secrets'],
      'kustomize-build': ['flux', 'secrets'],
      secrets: ['flux'],
    });
  });
});
