import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { explain } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { realKustomize } from '../kustomize/kustomize.fixture.js';
import { componentFiles, readComponents, stagesOf, type Component } from './components.js';

const component = (name: string, ...dependsOn: string[]): Component => ({ name, path: `/${name}`, dependsOn });
const namesOf = (...components: Component[]) => {
  const { before, after } = stagesOf(components);
  const names = (stages: Component[][]) => stages.map((stage) => stage.map(({ name }) => name));
  return { before: names(before), after: names(after) };
};

describe('stages of components', () => {
  it('are none where there are no components', () => {
    expect(namesOf()).toEqual({ before: [], after: [] });
  });

  it('come before the controller unless they depend on it, if through others', () => {
    expect(
      namesOf(component('viewer', 'unpacker'), component('unpacker', 'controller'), component('registry')),
    ).toEqual({ before: [['registry']], after: [['unpacker'], ['viewer']] });
  });

  it('hold together what can come up at the same time', () => {
    expect(namesOf(component('a'), component('b'), component('c', 'a', 'b'))).toEqual({
      before: [['a', 'b'], ['c']],
      after: [],
    });
  });

  it('cannot be found for a circle', () => {
    expect(() => stagesOf([component('a', 'b'), component('b', 'a')])).toThrow(
      'components: a, b depend on each other in a circle',
    );
    expect(() => stagesOf([component('a', 'controller', 'a')])).toThrow('in a circle');
  });

  it('cannot be found for an unknown name, and the nearest is suggested', () => {
    const error = (() => {
      try {
        stagesOf([component('registry'), component('unpacker', 'registri')]);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({
      culprit: 'configuration',
      message: 'components.unpacker.dependsOn: there is no component "registri" that is enabled',
      next: 'Did you mean registry?',
    });
  });
});

describe('files of a component', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nx-kube-components-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  });
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  };
  const files = (folder: string) =>
    componentFiles({ path: join(root, folder) }, root).map((file) => file.slice(root.length + 1));

  it('are its folder, and what it refers to outside of it, through others', async () => {
    await write(
      'ocm/unpacker/kustomization.yaml',
      'resources: [../manager, own.yaml]\npatches: [{path: ../patch.yaml}]\n',
    );
    await write('ocm/manager/kustomization.yml', 'resources: [manager.yaml, ../../shared, ../../../outside]\n');
    await write('shared/kustomization.yaml', 'resources: [map.yaml, https://example.com/x.yaml]\n');
    expect(files('ocm/unpacker')).toEqual([
      'ocm/unpacker/**',
      'ocm/manager/kustomization.yml',
      'ocm/manager/manager.yaml',
      'ocm/patch.yaml',
      'shared/kustomization.yaml',
      'shared/map.yaml',
    ]);
  });

  it('are its folder where there is no kustomization, or a broken one', async () => {
    expect(files('none')).toEqual(['none/**']);
    await write('broken/kustomization.yaml', 'resources: [');
    expect(files('broken')).toEqual(['broken/**']);
  });

  it('are named where they cannot be rendered, with kustomize’s own message', async () => {
    for (const [name, value] of Object.entries(await realKustomize())) vi.stubEnv(name, value);
    await write('unpacker/kustomization.yaml', 'resources: [none.yaml]\n');
    const component: Component = { name: 'unpacker', path: join(root, 'unpacker'), dependsOn: [] };
    const read = (...components: Component[]) => readComponents(components, { stateDirectory: join(root, 'state') });
    const text = explain(await read(component).catch((error: unknown) => error));
    expect(text).toMatch(/^component unpacker: .*none\.yaml/s);
    expect(text).toContain(`→ Correct the kustomization in ${root}/unpacker.`);
    const missing = await read({ ...component, path: join(root, 'none') }).catch((error: unknown) => error);
    expect(explain(missing)).toContain(`component unpacker: ${root}/none has no kustomization.yaml`);
  });
});
