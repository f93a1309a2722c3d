import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorContext, NxJsonConfiguration, TargetConfiguration } from '@nx/devkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executorContext } from './executor-context.fixture.js';
import { requireValidSiblings } from './valid-siblings.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-kube-valid-siblings-')));
  await mkdir(join(root, 'apps/one'), { recursive: true });
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

type Targets = Record<string, TargetConfiguration>;
const apply = (options: object, more: object = {}): Targets => ({
  'kustomize-apply': { executor: '@nx-kube/executors:kustomize-apply', options, ...more },
});

/** What is said when a target of the project is run. */
async function said(targets: Targets, options: object = {}, targetName = 'dev', more: Partial<ExecutorContext> = {}) {
  const context = executorContext(root, 'apps/one');
  const own = { [targetName]: { executor: `@nx-kube/executors:${targetName}` } };
  context.projectsConfigurations.projects['one']!.targets = { ...own, ...targets };
  const done = requireValidSiblings(options, { ...context, targetName, ...more });
  return await done.then(
    () => 'valid',
    (error: { message: string; next: string }) => `${error.message} → ${error.next}`,
  );
}

const write = (file: string, content: object) => writeFile(join(root, file), JSON.stringify(content));

describe('requireValidSiblings', () => {
  it('options that match the schema of their executor are accepted', async () => {
    expect(await said(apply({ registry: 'localhost:5001', components: { web: { path: 'config/web' } } }))).toBe(
      'valid',
    );
  });

  it('an unknown key is refused with the file, the key path and the nearest known key', async () => {
    const targets = apply({ components: { unpacker: { path: 'config/unpacker', enable: true } } });
    await write('apps/one/project.json', { targets });
    expect(await said(targets)).toBe(
      'apps/one/project.json: targets.kustomize-apply.options.components.unpacker.enable is not known. → Did you mean enabled?',
    );
  });

  it('a value of the wrong type is refused with the expected type', async () => {
    const targets = apply({ patches: 'one' });
    await write('apps/one/project.json', { targets });
    expect(await said(targets)).toMatch(
      /^apps\/one\/project\.json: targets\.kustomize-apply\.options\.patches must be a list/,
    );
  });

  it('a missing key is refused with its path', async () => {
    const targets = apply({ components: { unpacker: {} } });
    await write('apps/one/project.json', { targets });
    expect(await said(targets)).toContain('targets.kustomize-apply.options.components.unpacker.path is missing');
  });

  it.each([
    [
      'apps/one/project.json',
      { targets: apply({}, { configurations: { debug: { patch: [] } } }) },
      'targets.kustomize-apply.configurations.debug',
    ],
    ['apps/one/package.json', { nx: { targets: apply({ patch: [] }) } }, 'nx.targets.kustomize-apply.options'],
    [
      'nx.json',
      { targetDefaults: { 'kustomize-apply': { options: { patch: [] } } } } satisfies NxJsonConfiguration,
      'targetDefaults.kustomize-apply.options',
    ],
    [
      'nx.json',
      { targetDefaults: { '@nx-kube/executors:kustomize-apply': { options: { patch: [] } } } },
      'targetDefaults.@nx-kube/executors:kustomize-apply.options',
    ],
  ])('the mistake in an option is reported in %s, where the option is set', async (file, content, keys) => {
    await write(file, content);
    const targets = apply({ patch: [] });
    expect(await said(targets)).toBe(`${file}: ${keys}.patch is not known. → Did you mean patches?`);
  });

  it('the options of a target that an option names are checked', async () => {
    const deploy = { deploy: apply({ patch: [] })['kustomize-apply']! };
    expect(await said(deploy, { kustomizeApply: 'deploy' })).toContain('targets.deploy.options.patch is not known');
    expect(await said(deploy)).toBe('valid');
  });

  it('dev checks the options of all targets for Secrets and Flux that it composes', async () => {
    const options = { secrets: {}, createNamespace: true };
    const keys = { executor: '@nx-kube/executors:secrets', options };
    expect(await said({ keys })).toContain(
      'targets.keys.options.createNamespace is not known. → Did you mean createNamespaces?',
    );
    expect(await said({ keys }, {}, 'image-restart')).toBe('valid');
  });

  it('the options of other packages’ executors are not checked', async () => {
    expect(await said({ 'go-build': { executor: 'nx:run-commands', options: { command: 'make' } } })).toBe('valid');
  });

  it('all mistakes are reported together', async () => {
    const targets = {
      ...apply({ patch: [] }),
      'go-build': { executor: '@nx-kube/executors:go-build', options: { tag: [] } },
    };
    await write('apps/one/project.json', { targets });
    const message = await said(targets);
    expect(message).toContain('2 mistakes in the options of other targets that this one reads:');
    expect(message).toContain('go-build.options.tag is not known. → Did you mean tags?');
  });
});
