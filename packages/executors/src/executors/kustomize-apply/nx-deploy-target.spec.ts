import { describe, expect, it } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { clusterOptionsOf, type ClusterOptions } from './nx-deploy-target.js';

function contextWith(targets: Record<string, ClusterOptions>) {
  const context = executorContext('/workspace', 'ocm');
  context.projectsConfigurations.projects['ocm']!.targets = Object.fromEntries(
    Object.entries(targets).map(([name, options]) => [name, { options }]),
  );
  return context;
}

describe('the cluster of a target beside the apply target', () => {
  it.each([
    ['is that of the apply target', {}, { 'kustomize-apply': { context: 'dev', allowContexts: ['dev'] } }, 'dev'],
    ['is its own first', { context: 'own' }, { 'kustomize-apply': { context: 'dev' } }, 'own'],
    ['is that of the apply target it names', { kustomizeApply: 'roll-out' }, { 'roll-out': { context: 'x' } }, 'x'],
    ['is the current one where there is no apply target', {}, {}, undefined],
    ['is the current one where Nx filled in the name', { kustomizeApply: 'kustomize-apply' }, {}, undefined],
  ] as const)('%s', (_, own, targets, context) => {
    expect(clusterOptionsOf(own, contextWith(targets as Record<string, ClusterOptions>)).context).toBe(context);
  });

  it('is an error where the apply target that it names is not there', () => {
    expect(() => clusterOptionsOf({ kustomizeApply: 'roll-out' }, contextWith({ apply: {} }))).toThrow(
      'ocm has no target "roll-out", which the option "kustomizeApply" names',
    );
  });
});
