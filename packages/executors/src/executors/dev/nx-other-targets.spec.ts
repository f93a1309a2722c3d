import type { ExecutorContext } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { otherTargets } from './nx-other-targets.js';

const own = ['go-build', 'image-build', 'kustomize-build'];
const targets = {
  generate: {
    executor: 'nx:run-commands',
    inputs: ['{projectRoot}/api/**/*.go', '!{projectRoot}/api/**/*_test.go'],
    outputs: ['{projectRoot}/config/crd', '{workspaceRoot}/docs/api.md', '{options.also}', '{options.unset}'],
    options: { also: 'apps/one/api/generated.go' },
  },
  lint: { executor: 'nx:run-commands' },
};

function context(): ExecutorContext {
  const made = executorContext('/ws', 'apps/one');
  made.projectsConfigurations.projects['one'] = { root: 'apps/one', targets };
  made.projectGraph.nodes['one'] = { name: 'one', type: 'app', data: { root: 'apps/one', targets } };
  return made;
}
const read = (option: Record<string, { dependsOn?: string[]; before?: string[] }>) =>
  otherTargets({ targets: option }, context(), own);

describe('other targets of the loop', () => {
  it('the outputs of another target are absolute, and are not among its inputs', () => {
    const { others, inputs } = read({ generate: {} });
    const outputs = ['/ws/apps/one/config/crd', '/ws/docs/api.md', '/ws/apps/one/api/generated.go'];
    expect(others).toEqual([{ target: 'generate', outputs }]);
    const [[, { include, exclude }]] = inputs as [(typeof inputs)[0]];
    expect(include).toEqual(['apps/one/api/**/*.go']);
    expect(exclude).toEqual(expect.arrayContaining(['apps/one/api/**/*_test.go', 'apps/one/api/generated.go']));
  });

  it('another target waits for its dependsOn, and the targets in its before wait for it', () => {
    const { waitsFor } = read({ generate: { before: ['go-build'] }, lint: { dependsOn: ['generate', 'go-build'] } });
    expect(Object.fromEntries(waitsFor)).toEqual({ 'go-build': ['generate'], lint: ['generate', 'go-build'] });
  });

  it('an unknown target is refused with the nearest known name', () => {
    expect(() => read({ none: {} })).toThrow('one has no target "none", which the option "targets" names');
    expect(() => read({ generate: { before: ['go-bild'] } })).toThrow(
      expect.objectContaining({
        message: 'targets.generate.before: the loop has no target "go-bild".',
        next: 'Did you mean go-build?',
      }),
    );
  });

  it('targets that wait for each other are refused, also if the cycle leads through targets of the loop', () => {
    expect(() => read({ generate: { dependsOn: ['lint'] }, lint: { dependsOn: ['generate'] } })).toThrow(
      'targets: generate → lint → generate wait for each other',
    );
    expect(() => read({ lint: { dependsOn: ['go-build'], before: ['kustomize-build'] } })).toThrow(
      'wait for each other',
    );
  });
});
