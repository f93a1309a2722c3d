import { describe, expect, it } from 'vitest';
import { executorContext } from '../nx/executor-context.fixture.js';
import { connectOptions, withOptionalApply, type ClusterOptions } from './nx-cluster.js';

function contextWith(targets: Record<string, ClusterOptions>) {
  const context = executorContext('/workspace', 'ocm');
  context.projectsConfigurations.projects['ocm']!.targets = Object.fromEntries(
    Object.entries(targets).map(([name, options]) => [name, { options }]),
  );
  return context;
}

describe('connectOptions', () => {
  const of = (own: ClusterOptions, targets: Record<string, ClusterOptions>) =>
    connectOptions({ kustomizeApply: 'kustomize-apply', ...own }, contextWith(targets));

  it.each([
    ['that of the apply target', {}, { 'kustomize-apply': { context: 'dev' } }, 'dev'],
    ['its own before that of the apply target', { context: 'own' }, { 'kustomize-apply': { context: 'dev' } }, 'own'],
    ['that of the apply target it names', { kustomizeApply: 'roll-out' }, { 'roll-out': { context: 'x' } }, 'x'],
    ['its own where it names no apply target', { kustomizeApply: undefined, context: 'own' }, {}, 'own'],
  ] as const)('the context of a target is %s', (_, own, targets, context) => {
    expect(of(own, targets as Record<string, ClusterOptions>).context).toBe(context);
  });

  it('an empty list of allowed contexts wins over the list of the apply target', () => {
    const targets = { 'kustomize-apply': { allowContexts: ['dev'] } };
    expect(of({}, targets).allowContexts).toEqual(['dev']);
    expect(of({ allowContexts: [] }, targets).allowContexts).toEqual([]);
  });

  it('an apply target that is named and missing is an error', () => {
    expect(() => of({ kustomizeApply: 'roll-out' }, { apply: {} })).toThrow(
      'ocm has no target "roll-out", which the option "kustomizeApply" names',
    );
  });
});

describe('withOptionalApply', () => {
  const contextOf = (own: ClusterOptions, targets: Record<string, ClusterOptions>) => {
    const context = contextWith(targets);
    return connectOptions(withOptionalApply(own, context), context).context;
  };

  it.each([
    ['that of the apply target', {}, { 'kustomize-apply': { context: 'dev', allowContexts: ['dev'] } }, 'dev'],
    ['its own first', { context: 'own' }, { 'kustomize-apply': { context: 'dev' } }, 'own'],
    ['that of the apply target it names', { kustomizeApply: 'roll-out' }, { 'roll-out': { context: 'x' } }, 'x'],
    ['the current one where there is no apply target', {}, {}, undefined],
    ['the current one where Nx filled in the name', { kustomizeApply: 'kustomize-apply' }, {}, undefined],
  ] as const)('the context of a target is %s', (_, own, targets, context) => {
    expect(contextOf(own, targets as Record<string, ClusterOptions>)).toBe(context);
  });

  it('an apply target that is named and missing is an error', () => {
    expect(() => contextOf({ kustomizeApply: 'roll-out' }, { apply: {} })).toThrow(
      'ocm has no target "roll-out", which the option "kustomizeApply" names',
    );
  });
});
