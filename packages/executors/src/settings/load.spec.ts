import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain, NxKubeError } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layOver } from './lay-over.js';
import { loadSettings, settingsPaths, type LoadSettingsOptions } from './load.js';
import { requireNoMistakes, type Mistake } from './mistake.js';
import type { Environment } from './references.js';

const targets = {
  'kustomize-apply': { executor: '@nx-kube/executors:kustomize-apply' },
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

/** What all files together say of a target, laid over its options. */
async function over(options: object, target = 'secrets', env: Environment = { USER: 'ada' }): Promise<object> {
  const mistakes: Mistake[] = [];
  const { executor } = targets[target as keyof typeof targets];
  const laid = await layOver({ target, executor, options }, await load({ env }), mistakes);
  requireNoMistakes(mistakes, 'in the settings');
  return laid;
}

/** What a user would see. */
async function failure(options: Partial<LoadSettingsOptions> = {}): Promise<string> {
  return told(load(options));
}

async function told(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NxKubeError);
  expect(error).toMatchObject({ culprit: 'configuration' });
  return explain(error);
}

describe('settings files', () => {
  it('need not be there', async () => expect(await load()).toEqual([]));

  it('of the project are laid over those of the workspace, key by key', async () => {
    await write(
      'dev-settings.yaml',
      'secrets:\n  namespace: shared\n  dryRun: true\n  secrets: {a: {kind: tls, cert: x}}\n',
    );
    await write(
      'apps/one/dev-settings.json',
      '{"$schema": "x", "secrets": {"namespace": "mine", "secrets": {"a": {"cert": "y"}, "b": {"kind": "tls"}}}}',
    );
    expect((await load()).map(({ path }) => path)).toEqual([
      join(root, 'dev-settings.yaml'),
      join(root, 'apps/one/dev-settings.json'),
    ]);
    expect(await over({})).toEqual({
      namespace: 'mine',
      dryRun: true,
      secrets: { a: { kind: 'tls', cert: 'y' }, b: { kind: 'tls' } },
    });
  });

  it('are laid over the options of a target', async () => {
    await write('apps/one/dev-settings.yaml', 'secrets: {secrets: {a: {cert: mine.crt}}, allowContexts: [dev]}');
    const options = {
      secrets: { a: { kind: 'tls', cert: 'a.crt', key: 'a.key' } },
      allowContexts: ['a', 'b'],
      force: true,
    };
    expect(await over(options)).toEqual({
      secrets: { a: { kind: 'tls', cert: 'mine.crt', key: 'a.key' } },
      allowContexts: ['dev'],
      force: true,
    });
    expect(await over({ fix: true }, 'lint')).toEqual({ fix: true });
  });

  it('may be empty, or have sections with nothing but comments', async () => {
    await write('dev-settings.yaml', '# nothing yet\n');
    await write('apps/one/dev-settings.yaml', 'secrets:\n  # namespace: mine\n');
    expect((await load()).map(({ settings }) => settings)).toEqual([{}, { secrets: {} }]);
  });

  it('are YAML as kubectl reads it', async () => {
    const patch = '{target: {}, merge: {defaultMode: 0644, on: yes, date: 2026-01-31}}';
    await write('dev-settings.yaml', `kustomize-apply: {patches: [${patch}]}`);
    expect(await over({}, 'kustomize-apply')).toEqual({
      patches: [{ target: {}, merge: { defaultMode: 420, true: true, date: '2026-01-31' } }],
    });
  });

  it('are read once in a project that is the workspace', async () => {
    await write('dev-settings.yaml', 'secrets: {namespace: a}');
    expect(await load({ projectRoot: '.' })).toMatchObject([{ path: join(root, 'dev-settings.yaml') }]);
    expect(settingsPaths({ workspaceRoot: root, projectRoot: '.' })).toHaveLength(2);
    expect(settingsPaths({ workspaceRoot: root, projectRoot: 'apps/one' })).toHaveLength(4);
  });

  it('of the workspace may speak of targets that only other projects have', async () => {
    await write('dev-settings.yaml', 'credentials: {namespace: a}\nsecrets: {namespace: b}');
    const others = [{ credentials: { executor: '@nx-kube/executors:secrets' } }];
    expect(await load({ others })).toMatchObject([{ settings: { secrets: { namespace: 'b' } } }]);
    expect(await failure()).toBe(
      'dev-settings.yaml: credentials: is no target of the project\n  → Use one of kustomize-apply, secrets.',
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
    expect(await over({})).toEqual({ namespace: 'ada-dev', context: 'kind-dev', allowContexts: ['ada'] });
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
      const kept = { ...spec, namespace: 'ada' };
      expect(await over({}, 'secrets', { USER: 'ada', TOKEN: 'hunter2hunter2' })).toEqual({
        secrets: Array.isArray(secrets) ? [kept] : { a: kept },
      });
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
      'yaml',
      'secrets: *hunter2hunter2',
      'dev-settings.yaml, line 1: invalid YAML: unidentified alias\n  → Mend the YAML at that line.',
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

  it('an integer that is not read as it is written', async () => {
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {literals: {pin: 12345678901234567890}}}}');
    expect(await failure()).toBe(
      'dev-settings.yaml: secrets.secrets.a.literals.pin: is an integer too large to be read exactly\n  → Put it in quotes if it is a text, or use one between -(2^53 - 1) and 2^53 - 1.',
    );
  });

  it('several, of both files, together', async () => {
    await write('dev-settings.yaml', 'secrets: {forse: true}');
    await write('apps/one/dev-settings.yaml', 'secrets: {dryRun: 1}\nsecretes: {}');
    expect((await failure()).split('\n')).toEqual([
      '3 mistakes: in the settings',
      '  dev-settings.yaml: secrets.forse: is not known → Did you mean force?',
      '  apps/one/dev-settings.yaml: secrets.dryRun: must be a boolean, not a number → Write a boolean.',
      '  apps/one/dev-settings.yaml: secretes: is no target of the project → Did you mean secrets?',
      '  → Mend all of them, and run it again.',
    ]);
  });
});

describe('what only shows in the options with the settings over them', () => {
  it('a secret value in another form keeps nothing of its old form', async () => {
    await write(
      'dev-settings.yaml',
      'secrets: {secrets: {a: {literals: {t: {env: URL}}}, b: {password: {file: ./token}}}}',
    );
    const a = { kind: 'generic', literals: { t: { plain: 'x' }, u: { file: 'u' } } };
    const b = { kind: 'docker-registry', server: 's', password: { env: 'TOKEN' } };
    expect(await over({ secrets: { a, b } })).toEqual({
      secrets: {
        a: { ...a, literals: { t: { env: 'URL' }, u: { file: 'u' } } },
        b: { ...b, password: { file: './token' } },
      },
    });
  });

  it('a secret of another kind keeps nothing, of the same kind everything else', async () => {
    const options = { secrets: { a: { kind: 'generic', literals: { t: '${T}' }, immutable: true } } };
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {kind: from-file, files: ./t}}}');
    expect(await over(options)).toEqual({ secrets: { a: { kind: 'from-file', files: './t' } } });
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {kind: generic, immutable: false}}}');
    expect(await over(options)).toEqual({ secrets: { a: { ...options.secrets.a, immutable: false } } });
  });

  it('a map in place of a list, and a list in place of a map', async () => {
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {kind: tls}}}');
    expect(await told(over({ secrets: [{ name: 'b', kind: 'tls' }] }))).toBe(
      'dev-settings.yaml: secrets.secrets: is a map, and what it is laid over is a list\n  → Make both a map, or both a list.',
    );
    await write('apps/one/dev-settings.yaml', 'secrets: {secrets: [{name: a, kind: tls}]}');
    expect(await told(over({}))).toBe(
      'apps/one/dev-settings.yaml: secrets.secrets: is a list, and what it is laid over is a map\n  → Make both a list, or both a map.',
    );
  });

  const components = { unpacker: { path: 'config/unpacker' }, registry: { path: 'config/registry' } };
  it.each([
    ['unpakcer: {enabled: true}', 'unpakcer: has no path\n  → Did you mean unpacker?'],
    ['cache: {enabled: true}', 'cache: has no path\n  → Add it, or correct the name.'],
  ])('an entry that is not whole and that the options do not have: %s', async (entry, message) => {
    await write('dev-settings.yaml', 'kustomize-apply: {components: {registry: {enabled: false}}}');
    await write('apps/one/dev-settings.yaml', `kustomize-apply: {components: {${entry}}}`);
    expect(await told(over({ components }, 'kustomize-apply'))).toBe(
      `apps/one/dev-settings.yaml: kustomize-apply.components.${message}`,
    );
  });

  it('not what the options lack by themselves, nor what the settings add to them', async () => {
    await write('dev-settings.yaml', 'kustomize-apply: {components: {registry: {enabled: false}, cache: {path: c}}}');
    const options = { components: { ...components, registry: {} } };
    expect(await over(options, 'kustomize-apply')).toEqual({
      components: { ...components, registry: { enabled: false }, cache: { path: 'c' } },
    });
  });
});
