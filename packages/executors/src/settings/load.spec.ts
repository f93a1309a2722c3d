import { explain, NxKubeError } from '@nx-kube/cluster';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applySettings, loadSettings, settingsPaths, type LoadSettingsOptions } from './load.js';

const targets = {
  secrets: { executor: '@nx-kube/executors:secrets' },
  'go-build': { executor: '@nx-kube/executors:go-build' },
  lint: { executor: 'nx:run-commands' },
};

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-kube-settings-')));
  await mkdir(join(root, 'apps/one'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFile(join(root, path), text);
const load = (options: Partial<LoadSettingsOptions> = {}) =>
  loadSettings({ workspaceRoot: root, projectRoot: 'apps/one', targets, env: { USER: 'ada' }, ...options });

/** What a user would see. */
async function failure(options: Partial<LoadSettingsOptions> = {}): Promise<string> {
  const error: unknown = await load(options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NxKubeError);
  expect(error).toMatchObject({ culprit: 'configuration' });
  return explain(error);
}

describe('settings files', () => {
  it('need not be there', async () => expect(await load()).toEqual({ settings: {}, files: [] }));

  it('of the project are laid over those of the workspace, key by key', async () => {
    await write(
      'dev-settings.yaml',
      'secrets:\n  namespace: shared\n  dryRun: true\n  secrets: {a: {kind: tls, cert: x}}\n',
    );
    await write(
      'apps/one/dev-settings.json',
      '{"$schema": "x", "secrets": {"namespace": "mine", "secrets": {"a": {"cert": "y"}, "b": {"kind": "tls"}}}}',
    );
    expect(await load()).toEqual({
      settings: {
        secrets: { namespace: 'mine', dryRun: true, secrets: { a: { kind: 'tls', cert: 'y' }, b: { kind: 'tls' } } },
      },
      files: [join(root, 'dev-settings.yaml'), join(root, 'apps/one/dev-settings.json')],
    });
  });

  it('are laid over the options of a target', async () => {
    await write('apps/one/dev-settings.yaml', 'secrets: {secrets: {a: {cert: mine.crt}}, allowContexts: [dev]}');
    const { settings } = await load();
    const options = {
      secrets: { a: { kind: 'tls', cert: 'a.crt', key: 'a.key' } },
      allowContexts: ['a', 'b'],
      force: true,
    };
    expect(applySettings(settings, 'secrets', options)).toEqual({
      secrets: { a: { kind: 'tls', cert: 'mine.crt', key: 'a.key' } },
      allowContexts: ['dev'],
      force: true,
    });
    expect(applySettings(settings, 'lint', { fix: true })).toEqual({ fix: true });
  });

  it('may be empty, or have sections with nothing but comments', async () => {
    await write('dev-settings.yaml', '# nothing yet\n');
    await write('apps/one/dev-settings.yaml', 'secrets:\n  # namespace: mine\n');
    expect((await load()).settings).toEqual({ secrets: {} });
  });

  it('are read once in a project that is the workspace', async () => {
    await write('dev-settings.yaml', 'secrets: {namespace: a}');
    expect((await load({ projectRoot: '.' })).files).toEqual([join(root, 'dev-settings.yaml')]);
    expect(settingsPaths({ workspaceRoot: root, projectRoot: '.' })).toHaveLength(2);
    expect(settingsPaths({ workspaceRoot: root, projectRoot: 'apps/one' })).toHaveLength(4);
  });

  it('of the workspace may speak of targets that only other projects have', async () => {
    await write('dev-settings.yaml', 'credentials: {namespace: a}\nsecrets: {namespace: b}');
    const others = [{ credentials: { executor: '@nx-kube/executors:secrets' } }];
    expect((await load({ others })).settings).toEqual({ secrets: { namespace: 'b' } });
    expect(await failure()).toBe(
      'dev-settings.yaml: credentials: is no target of the project\n  → Use one of secrets.',
    );
    await write('apps/one/dev-settings.yaml', 'credentials: {namespace: a}');
    expect(await failure({ others })).toContain('apps/one/dev-settings.yaml: credentials: is no target of the project');
  });
});

describe('references to the environment', () => {
  it('are filled in', async () => {
    await write(
      'dev-settings.yaml',
      'secrets: {namespace: "${USER}-dev", context: "${CONTEXT:-kind-dev}", allowContexts: ["${USER}"]}',
    );
    expect((await load()).settings).toEqual({
      secrets: { namespace: 'ada-dev', context: 'kind-dev', allowContexts: ['ada'] },
    });
  });

  it('to secrets stay references', async () => {
    const spec = {
      kind: 'generic',
      namespace: '${USER}',
      literals: { token: '${TOKEN}' },
      username: '${TOKEN}',
      password: '${TOKEN}',
      email: '${TOKEN}',
      server: '${TOKEN}',
      files: { a: '${TOKEN}' },
      cert: '${TOKEN}',
      key: '${TOKEN}',
    };
    for (const secrets of [{ a: spec }, [spec]]) {
      await write('dev-settings.json', JSON.stringify({ secrets: { secrets } }));
      const { settings } = await load({ env: { USER: 'ada', TOKEN: 'hunter2hunter2' } });
      const kept = { ...spec, namespace: 'ada' };
      expect(settings).toEqual({ secrets: { secrets: Array.isArray(secrets) ? [kept] : { a: kept } } });
    }
  });
});

describe('a mistake is one error with file, key path and next step', () => {
  it('two files in one folder', async () => {
    await write('apps/one/dev-settings.yaml', '');
    await write('apps/one/dev-settings.json', '{}');
    expect(await failure()).toBe(
      'apps/one/dev-settings.yaml and apps/one/dev-settings.json are both there\n  → Keep one of them.',
    );
  });

  it('a name that is nearly right', async () => {
    await write('dev-settings.yml', '');
    expect(await failure()).toBe('dev-settings.yml is not read\n  → Rename it to dev-settings.yaml.');
  });

  it('a file that cannot be read', async () => {
    await mkdir(join(root, 'dev-settings.yaml'));
    expect(await failure()).toBe(
      'dev-settings.yaml cannot be read (EISDIR)\n  → Make it a file that you may read, or remove it.',
    );
  });

  it.each([
    [
      'yaml',
      'secrets:\n  namespace: "hunter2hunter2\n',
      'dev-settings.yaml, line 3: invalid YAML: unexpected end of the stream within a double quoted scalar\n  → Mend the YAML at that line.',
    ],
    [
      'yaml',
      'secrets: {a: 1}\nsecrets: {b: 1}',
      'dev-settings.yaml, line 2: invalid YAML: duplicated mapping key\n  → Mend the YAML at that line.',
    ],
    [
      'json',
      '{\n "a": hunter2hunter2\n}',
      /^dev-settings\.json(, line 2)?: invalid JSON\n {2}→ Mend the JSON( at that line)?\.$/,
    ],
    [
      'yaml',
      '- secrets',
      'dev-settings.yaml: must map names of targets to their options\n  → Write, for instance, dev: { timeout: 60 }.',
    ],
  ])('what does not parse, without quoting it (%s)', async (kind, text, message) => {
    await write(`dev-settings.${kind}`, text);
    const told = await failure();
    expect(told).toMatch(
      message instanceof RegExp ? message : new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    );
    expect(told).not.toContain('hunter2');
  });

  it.each([
    ['secret: {}', 'dev-settings.yaml: secret: is no target of the project\n  → Did you mean secrets?'],
    [
      'go-build: {race: true}',
      'dev-settings.yaml: go-build: its executor @nx-kube/executors:go-build takes no settings\n  → Set its options in project.json, where Nx sees them: what it caches must not depend on one developer’s file.',
    ],
    [
      'lint: {fix: true}',
      'dev-settings.yaml: lint: its executor nx:run-commands takes no settings\n  → Set its options in project.json, where Nx sees them: what it caches must not depend on one developer’s file.',
    ],
    [
      'secrets: {createNamespace: true}',
      'dev-settings.yaml: secrets.createNamespace: is not known\n  → Did you mean createNamespaces?',
    ],
    [
      'secrets: {namespace: 5}',
      'dev-settings.yaml: secrets.namespace: must be a string, not a number\n  → Put it in quotes.',
    ],
    [
      'secrets: {secrets: {a: {kind: generic, literals: {pin: 12345678}}}}',
      'dev-settings.yaml: secrets.secrets.a.literals.pin: must be a string or an object, not a number\n  → Put it in quotes.',
    ],
    [
      'secrets: {namespace: "${NONE}"}',
      'dev-settings.yaml: secrets.namespace: the environment variable NONE is not set\n  → Set it, or give it a default: ${NONE:-default}.',
    ],
    [
      'secrets: {allowContexts: ["a", "${b"]}',
      'dev-settings.yaml: secrets.allowContexts[1]: has a ${ that begins no reference\n  → Write ${NAME} or ${NAME:-default}, or $${ for the characters themselves.',
    ],
    ['secrets: 5', 'dev-settings.yaml: secrets: must be an object, not a number\n  → Write an object.'],
  ])('%s', async (text, message) => {
    await write('dev-settings.yaml', text);
    expect(await failure()).toBe(message);
  });

  it('several, of both files, together', async () => {
    await write('dev-settings.yaml', 'secrets: {forse: true}');
    await write('apps/one/dev-settings.yaml', 'secrets: {dryRun: 1}\nsecretes: {}');
    expect((await failure()).split('\n')).toEqual([
      '3 problems: in the settings',
      '  dev-settings.yaml: secrets.forse: is not known → Did you mean force?',
      '  apps/one/dev-settings.yaml: secrets.dryRun: must be a boolean, not a number → Write a boolean.',
      '  apps/one/dev-settings.yaml: secretes: is no target of the project → Did you mean secrets?',
      '  → Mend all of them, and run it again.',
    ]);
  });
});
