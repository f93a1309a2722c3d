import type { ExecutorContext } from '@nx/devkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
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

describe('loopOptions', () => {
  it.each([
    ['the architecture of amd64 nodes', {}, 'amd64', 'amd64'],
    ['the architecture of arm64 nodes', {}, 'arm64', 'arm64'],
    ['the architecture of the target', { goarch: 'arm64' }, 'amd64', 'arm64'],
  ])('the loop builds, itself and through Nx, for %s, whatever the environment holds', (_, goBuild, nodes, goarch) => {
    vi.stubEnv('GOARCH', 's390x');
    expect(read(goBuild, nodes)).toEqual({ direct: goarch, throughNx: { GOARCH: goarch } });
  });

  it('the loop leaves the architecture to Go if the cluster reports no nodes', () =>
    expect(read({})).toEqual({ direct: undefined, throughNx: {} }));
});
