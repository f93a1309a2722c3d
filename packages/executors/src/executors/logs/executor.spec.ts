import { describe, expect, it } from 'vitest';
import { describeTarget, renderedDeployment, targetProject } from '../../nx/target-project.fixture.js';
import logs from './executor.js';

describe('logs', () => {
  const project = targetProject();
  describeTarget('logs', logs, project, {});

  const targets = (options = {}) => ({ 'kustomize-apply': { options: { context: 'local', ...options } } });
  it.each([
    [
      'since: yesterday',
      { since: 'yesterday' },
      {},
      '"since": "yesterday" is not a duration.\n  → Write it like 90s, 10m or 1h30m.',
    ],
    ['the workload', {}, { workload: 'two' }, 'dist/one/manifests.yaml has no workload "two"'],
    ['the container', {}, { container: 'two' }, 'has no container "two"'],
    ['the manifests', {}, { manifests: 'dist/two.yaml' }, 'dist/two.yaml cannot be read'],
  ])('a mistake in %s is an error with its next step', async (_, options, apply, message) => {
    await project.write('dist/one/manifests.yaml', renderedDeployment);
    expect(await logs(options, project.context('logs', targets(apply)))).toEqual({ success: false });
    expect(project.output()).toContain(message);
    expect(project.output()).toContain('\n  → ');
  });
});
