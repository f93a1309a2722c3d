import type { ExecutorContext } from '@nx/devkit';
import { afterEach, expect, it, vi } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { filledOptions } from '../nx-options.js';
import { loopOptions } from './nx-loop-options.js';

function context(goBuild: object): ExecutorContext {
  const made = executorContext('/ws', 'one');
  const targets = { 'go-build': { options: goBuild }, 'kustomize-build': { options: {} }, 'image-build': {} };
  made.projectsConfigurations.projects['one']!.targets = targets;
  made.projectGraph.nodes['one'] = { name: 'one', type: 'app', data: { root: 'one', targets } };
  return made;
}

const deploy = { project: 'one', manifests: '/ws/m.yaml', image: '/ws/image', stateDirectory: '/ws/state' };
const read = (goBuild: object, architecture?: string) => {
  const platform = architecture === undefined ? undefined : { os: 'linux', architecture };
  const made = loopOptions(filledOptions('dev', {}), context(goBuild), deploy, { namespace: 'default' }, platform);
  return { direct: made.goBuild.goarch, throughNx: made.env };
};

afterEach(() => vi.unstubAllEnvs());

it.each([
  ['the nodes’, which is this machine’s or not', {}, 'amd64', 'amd64'],
  ['the nodes’, which is this machine’s or not', {}, 'arm64', 'arm64'],
  ['the target’s', { goarch: 'arm64' }, 'amd64', 'arm64'],
])('builds, itself and through Nx, for %s, whatever the environment has', (_, goBuild, nodes, goarch) => {
  vi.stubEnv('GOARCH', 's390x');
  expect(read(goBuild, nodes)).toEqual({ direct: goarch, throughNx: { GOARCH: goarch } });
});

it('leaves the architecture to go where there are no nodes to ask', () =>
  expect(read({})).toEqual({ direct: undefined, throughNx: {} }));
