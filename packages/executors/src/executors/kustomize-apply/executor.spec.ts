import { describe, expect, it, vi } from 'vitest';
import { targetProject } from '../../nx/target-project.fixture.js';
import kustomizeApply from './executor.js';
import type { KustomizeApplyOptions } from './schema.js';

describe('kustomize-apply', () => {
  const project = targetProject();
  const run = (options: KustomizeApplyOptions) =>
    kustomizeApply(
      options,
      project.context('kustomize-apply', { 'kustomize-apply': { executor: '@nx-kube/executors:kustomize-apply' } }),
    );

  it.each([
    ['current', {}],
    ['own', { context: 'own', allowContexts: ['o-*'] }],
  ])('the context %s, which is not local, is refused with %j', async (refused, options) => {
    expect(await run(options)).toEqual({ success: false });
    expect(project.output()).toContain(`Context "${refused}" is not a local cluster`);
  });

  it('missing manifests are an error with a next step', async () => {
    expect(await run({ context: 'local' })).toEqual({ success: false });
    expect(project.output()).toContain('dist/one/manifests.yaml cannot be read.\n  → ');
  });

  it('a missing helm is reported before any connection to the cluster', async () => {
    vi.stubEnv('PATH', '');
    const helm = [{ release: 'r', chart: './chart', namespace: 'n' }];
    expect(await run({ helm })).toEqual({ success: false });
    expect(project.output()).toContain('helm is not on PATH');
    expect(project.output()).toContain('needed by kustomize-apply');
  });

  it('a mistake in the settings is reported before any connection to the cluster', async () => {
    await project.write('one/dev-settings.yaml', 'kustomize-apply: {components: {unpakcer: {enabled: true}}}');
    expect(await run({ components: { unpacker: { path: 'config/unpacker' } } })).toEqual({ success: false });
    expect(project.output()).toBe(
      'one/dev-settings.yaml: kustomize-apply.components.unpakcer has no path.\n  → Did you mean unpacker?\n',
    );
  });
});
