import { describe, expect, it } from 'vitest';
import { targetProject } from '../../nx/target-project.fixture.js';
import doctor from './executor.js';

describe('doctor', () => {
  const project = targetProject();
  const targets = (apply = {}) => ({
    'go-build': {},
    'kustomize-build': {},
    'image-build': {},
    'kustomize-apply': { options: apply },
  });

  it('a refused context is one failed check among all others', async () => {
    expect(await doctor({}, project.context('doctor', targets()))).toEqual({ success: false });
    expect(project.output()).toMatch(/^ok {4}go +go 1\./m);
    expect(project.output()).toMatch(/^fail {2}context +Context "current" is not a local cluster/m);
    expect(project.output()).toContain('→ Choose a local context, or add "current" to allowContexts.');
  });

  it.each([
    ['of-apply', {}, { context: 'of-apply' }],
    ['own', { context: 'own' }, { context: 'of-apply' }],
  ])(
    'the context %s is checked with %j beside an apply target with %j, and reported as JSON',
    async (context, own, apply) => {
      expect(await doctor({ output: 'json', ...own }, project.context('doctor', targets(apply)))).toEqual({
        success: false,
      });
      const { checks, ...rest } = JSON.parse(project.output()) as { checks: { check: string }[] };
      expect(rest).toEqual({ project: 'one', ok: false });
      expect(checks.find(({ check }) => check === 'context')).toMatchObject({
        verdict: 'fail',
        message: expect.stringContaining(`Context "${context}" is not a local cluster`),
      });
    },
  );

  it.each(['goBuild', 'kustomizeBuild', 'imageBuild', 'kustomizeApply'])(
    'a missing target that "%s" names is an error',
    async (option) => {
      expect(await doctor({ [option]: 'none' }, project.context('doctor', targets()))).toEqual({ success: false });
      expect(project.output()).toBe(
        `one has no target "none", which the option "${option}" names.\n  → Set "${option}" to one of go-build, image-build, kustomize-apply, kustomize-build.\n`,
      );
    },
  );
});
