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

describe('stagesOf', () => {
  it('no components give no stages', () => {
    expect(namesOf()).toEqual({ before: [], after: [] });
  });

  it('a component comes before the controller unless it depends on it, also indirectly', () => {
    expect(
      namesOf(component('viewer', 'unpacker'), component('unpacker', 'controller'), component('registry')),
    ).toEqual({ before: [['registry']], after: [['unpacker'], ['viewer']] });
  });

  it('components that can start together share a stage', () => {
    expect(namesOf(component('a'), component('b'), component('c', 'a', 'b'))).toEqual({
      before: [['a', 'b'], ['c']],
      after: [],
    });
  });

  it('a circle of dependencies is refused', () => {
    expect(() => stagesOf([component('a', 'b'), component('b', 'a')])).toThrow(
      '"components": a, b depend on each other in a circle.',
    );
    expect(() => stagesOf([component('a', 'controller', 'a')])).toThrow('in a circle');
  });

  it('an unknown name is refused with the nearest name as a suggestion', () => {
    const error = (() => {
      try {
        stagesOf([component('registry'), component('unpacker', 'registri')]);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({
      culprit: 'configuration',
      message: '"components.unpacker.dependsOn": no enabled component is named "registri".',
      next: 'Did you mean registry?',
    });
  });
});

describe('componentFiles and readComponents', () => {
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

  it('the files of a component are its folder and all references outside of it', async () => {
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

  it('the files of a component without a valid kustomization are its folder', async () => {
    expect(files('none')).toEqual(['none/**']);
    await write('broken/kustomization.yaml', 'resources: [');
    expect(files('broken')).toEqual(['broken/**']);
  });

  it('a component that cannot be rendered is named with the message of kustomize', async () => {
    for (const [name, value] of Object.entries(await realKustomize())) vi.stubEnv(name, value);
    await write('unpacker/kustomization.yaml', 'resources: [none.yaml]\n');
    const component: Component = { name: 'unpacker', path: join(root, 'unpacker'), dependsOn: [] };
    const read = (...components: Component[]) => readComponents(components, { stateDirectory: join(root, 'state') });
    const text = explain(await read(component).catch((error: unknown) => error));
    expect(text).toMatch(/^Component unpacker: .*none\.yaml/s);
    expect(text).toContain(`→ Correct the kustomization in ${root}/unpacker.`);
    const missing = await read({ ...component, path: join(root, 'none') }).catch((error: unknown) => error);
    expect(explain(missing)).toContain(`Component unpacker: ${root}/none has no kustomization.yaml.`);
  });
});
