import { createRequire } from 'node:module';
import { readNxJson, updateNxJson, type ProjectConfiguration, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { validateSettings } from '@nx-kube/executors/settings/validate.js';
import yaml from 'js-yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeSettings } from './generator.js';
import type { OptionSchema } from './render-settings.js';

const { properties: schemas } = createRequire(import.meta.url)('@nx-kube/executors/dev-settings.schema.json') as {
  properties: Record<string, { properties?: Record<string, OptionSchema> }>;
};
const executors = Object.keys(schemas).filter((name) => name !== '$schema');
const target = (name: string) => ({ executor: `@nx-kube/executors:${name}` });

const projects: Record<string, ProjectConfiguration> = {
  one: {
    root: 'apps/one',
    targets: {
      'go-build': target('go-build'),
      lint: { executor: 'nx:run-commands' },
      ...Object.fromEntries(executors.map((name) => [name, target(name)])),
    },
  },
  shared: { root: 'shared', targets: {} },
};

let tree: Tree;
beforeEach(() => (tree = createTreeWithEmptyWorkspace()));
const written = (path = 'apps/one/dev-settings.yaml') => tree.read(path, 'utf-8')!;
const sections = (text: string) => yaml.load(text) as Record<string, Record<string, unknown> | null>;

describe('the generator settings', () => {
  it('the file has a section for each target that takes settings, and changes nothing as it stands', () => {
    writeSettings(tree, projects, {});
    expect(sections(written())).toEqual(Object.fromEntries(executors.map((name) => [name, null])));
    expect(Object.keys(sections(written())).slice(0, 2)).toEqual(['kustomize-apply', 'dev']);
  });

  it('all settings are valid when they are uncommented', async () => {
    writeSettings(tree, projects, {});
    const uncommented = written().replace(/^ {2}# /gm, '  ');
    const settings = sections(uncommented);
    for (const name of executors) {
      const options = settings[name] ?? {};
      expect(Object.keys(options).length, name).toBeGreaterThan(0);
      expect(
        await validateSettings(options, schemas[name] as Parameters<typeof validateSettings>[1], {
          file: 'f',
          path: name,
        }),
      ).toEqual([]);
    }
    expect(settings['kustomize-apply']).toMatchObject({ context: 'kind-dev', timeout: 60 });
    expect(settings['logs']).not.toHaveProperty('context');
  });

  it('each setting is explained with its default', () => {
    writeSettings(tree, projects, {});
    const lines = written().split('\n');
    const at = lines.indexOf('  # timeout: 60');
    expect(lines[at - 1]).toContain('Default: 300.');
    expect(lines.every((line) => line.length <= 200)).toBe(true);
  });

  it('targets keep the names that they have in the project', () => {
    writeSettings(tree, { one: { root: '.', targets: { up: target('dev'), lint: {} } } }, {});
    expect(Object.keys(sections(written('dev-settings.yaml')))).toEqual(['up']);
  });

  it('the file of the whole workspace is in its root', () => {
    writeSettings(tree, projects, { workspace: true });
    expect(written('dev-settings.yaml')).toContain(
      '$schema=./node_modules/@nx-kube/executors/dev-settings.schema.json',
    );
    expect(tree.exists('apps/one/dev-settings.yaml')).toBe(false);
  });

  it('the file names its schema where Nx is, and git ignores the file', () => {
    updateNxJson(tree, { ...readNxJson(tree), installation: { version: '24.0.6' } });
    writeSettings(tree, projects, {});
    expect(written()).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/\.nx\/installation\/node_modules\//);
    expect(tree.read('.gitignore', 'utf-8')).toMatch(/^dev-settings\.yaml$/m);
  });

  it.each(['yaml', 'json'])('an existing dev-settings.%s is an error, and stays', (extension) => {
    const path = `apps/one/dev-settings.${extension}`;
    tree.write(path, '{}');
    expect(() => writeSettings(tree, projects, {})).toThrow(`${path} exists already.`);
    expect(written(path)).toBe('{}');
  });

  it.each([
    ['several projects', { ...projects, two: projects['one']! }, {}, 'Several projects have a dev target: one, two.'],
    ['an unknown project', projects, { project: 'shared' }, '"shared" is not a project with a dev target.'],
    ['no project', {}, {}, 'No project has a dev target.'],
  ])('%s to choose from is an error with the next step', (_, all, options, message) =>
    expect(() => writeSettings(tree, all, options)).toThrow(`${message}\n  → `),
  );
});
