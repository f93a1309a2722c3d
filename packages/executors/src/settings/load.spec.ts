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

/** Returns the options of a target with all settings files merged over them. */
async function over(options: object, target = 'secrets', env: Environment = { USER: 'ada' }): Promise<object> {
  const mistakes: Mistake[] = [];
  const { executor } = targets[target as keyof typeof targets];
  const laid = await layOver({ target, executor, options }, await load({ env }), mistakes);
  requireNoMistakes(mistakes, 'in the settings');
  return laid;
}

/** Returns the text that the user sees. */
async function failure(options: Partial<LoadSettingsOptions> = {}): Promise<string> {
  return failureOf(load(options));
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NxKubeError);
  expect(error).toMatchObject({ culprit: 'configuration' });
  return explain(error);
}

describe('loadSettings', () => {
  it('settings files are optional', async () => expect(await load()).toEqual([]));

  it('settings of the project override settings of the workspace key by key', async () => {
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

  it('settings override the options of a target key by key', async () => {
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

  it('a settings file may be empty or have sections with comments only', async () => {
    await write('dev-settings.yaml', '# nothing yet\n');
    await write('apps/one/dev-settings.yaml', 'secrets:\n  # namespace: mine\n');
    expect((await load()).map(({ settings }) => settings)).toEqual([{}, { secrets: {} }]);
  });

  it('a settings file is YAML as kubectl reads it', async () => {
    const patch = '{target: {}, merge: {defaultMode: 0644, on: yes, date: 2026-01-31}}';
    await write('dev-settings.yaml', `kustomize-apply: {patches: [${patch}]}`);
    expect(await over({}, 'kustomize-apply')).toEqual({
      patches: [{ target: {}, merge: { defaultMode: 420, true: true, date: '2026-01-31' } }],
    });
  });

  it('a project in the workspace root reads its settings file once', async () => {
    await write('dev-settings.yaml', 'secrets: {namespace: a}');
    expect(await load({ projectRoot: '.' })).toMatchObject([{ path: join(root, 'dev-settings.yaml') }]);
    expect(settingsPaths({ workspaceRoot: root, projectRoot: '.' })).toHaveLength(2);
    expect(settingsPaths({ workspaceRoot: root, projectRoot: 'apps/one' })).toHaveLength(4);
  });

  it('the settings file of the workspace may set targets that only other projects have', async () => {
    await write('dev-settings.yaml', 'credentials: {namespace: a}\nsecrets: {namespace: b}');
    const others = [{ credentials: { executor: '@nx-kube/executors:secrets' } }];
    expect(await load({ others })).toMatchObject([{ settings: { secrets: { namespace: 'b' } } }]);
    expect(await failure()).toBe(
      'dev-settings.yaml: credentials is not a target of the project.\n  → Use one of kustomize-apply, secrets.',
    );
    await write('apps/one/dev-settings.yaml', 'credentials: {namespace: a}');
    expect(await failure({ others })).toContain(
      'apps/one/dev-settings.yaml: credentials is not a target of the project',
    );
  });
});

describe('loadSettings: environment references', () => {
  it('references in all strings are filled in', async () => {
    await write(
      'dev-settings.yaml',
      'secrets: {namespace: "${USER}-dev", context: "${CONTEXT:-kind-dev}", allowContexts: ["${USER}"]}',
    );
    expect(await over({})).toEqual({ namespace: 'ada-dev', context: 'kind-dev', allowContexts: ['ada'] });
  });

  it('references in secrets stay references', async () => {
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

describe('loadSettings: mistakes', () => {
  it('two settings files in one folder are refused', async () => {
    await write('apps/one/dev-settings.yaml', '');
    await write('apps/one/dev-settings.json', '{}');
    expect(await failure()).toBe(
      'apps/one/dev-settings.yaml and apps/one/dev-settings.json both exist.\n  → Keep one of them.',
    );
  });

  it('a settings file named dev-settings.yml is refused with the right name', async () => {
    await write('dev-settings.yml', '');
    expect(await failure()).toBe('dev-settings.yml is not read.\n  → Rename it to dev-settings.yaml.');
  });

  it('an unreadable settings file is refused with the reason', async () => {
    await mkdir(join(root, 'dev-settings.yaml'));
    expect(await failure()).toBe(
      'dev-settings.yaml cannot be read (EISDIR).\n  → Make it a readable file, or remove it.',
    );
  });

  it.each([
    [
      'yaml',
      'secrets:\n  namespace: "hunter2hunter2\n',
      'dev-settings.yaml has invalid YAML at line 3: unexpected end of the stream within a double quoted scalar.\n  → Fix the YAML at that line.',
    ],
    [
      'yaml',
      'secrets: {a: 1}\nsecrets: {b: 1}',
      'dev-settings.yaml has invalid YAML at line 2: duplicated mapping key.\n  → Fix the YAML at that line.',
    ],
    [
      'yaml',
      'secrets: *hunter2hunter2',
      'dev-settings.yaml has invalid YAML at line 1: unidentified alias.\n  → Fix the YAML at that line.',
    ],
    [
      'json',
      '{\n "a": hunter2hunter2\n}',
      /^dev-settings\.json has invalid JSON( at line 2)?\.\n {2}→ Fix the JSON( at that line)?\.$/,
    ],
    [
      'yaml',
      '- secrets',
      'dev-settings.yaml must map target names to their options.\n  → Write, for instance, dev: { timeout: 60 }.',
    ],
  ])('a settings file that does not parse is refused without a quote of it (%s)', async (kind, text, message) => {
    await write(`dev-settings.${kind}`, text);
    const shown = await failure();
    expect(shown).toMatch(
      message instanceof RegExp ? message : new RegExp(`^${message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`),
    );
    expect(shown).not.toContain('hunter2');
  });

  it.each([
    ['secret: {}', 'dev-settings.yaml: secret is not a target of the project.\n  → Did you mean secrets?'],
    [
      'go-build: {race: true}',
      'dev-settings.yaml: go-build has the executor @nx-kube/executors:go-build, which takes no settings.\n  → Set its options in project.json, which Nx hashes: cached output must not depend on one developer’s file.',
    ],
    [
      'lint: {fix: true}',
      'dev-settings.yaml: lint has the executor nx:run-commands, which takes no settings.\n  → Set its options in project.json, which Nx hashes: cached output must not depend on one developer’s file.',
    ],
    [
      'secrets: {createNamespace: true}',
      'dev-settings.yaml: secrets.createNamespace is not known.\n  → Did you mean createNamespaces?',
    ],
    [
      'secrets: {namespace: 5}',
      'dev-settings.yaml: secrets.namespace must be a string, not a number.\n  → Put it in quotes.',
    ],
    [
      'secrets: {secrets: {a: {kind: generic, literals: {pin: 12345678}}}}',
      'dev-settings.yaml: secrets.secrets.a.literals.pin must be a string or an object, not a number.\n  → Put it in quotes.',
    ],
    [
      'secrets: {namespace: "${NONE}"}',
      'dev-settings.yaml: secrets.namespace refers to the environment variable NONE, which is not set.\n  → Set it, or give it a default: ${NONE:-default}.',
    ],
    [
      'secrets: {allowContexts: ["a", "${b"]}',
      'dev-settings.yaml: secrets.allowContexts[1] has a ${ that does not begin a reference.\n  → Write ${NAME} or ${NAME:-default}, or $${ for the characters themselves.',
    ],
    ['secrets: 5', 'dev-settings.yaml: secrets must be an object, not a number.\n  → Write an object.'],
  ])('settings with a mistake are refused with file, key path and next step: %s', async (text, message) => {
    await write('dev-settings.yaml', text);
    expect(await failure()).toBe(message);
  });

  it('an integer that is too large to be read exactly is refused', async () => {
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {literals: {pin: 12345678901234567890}}}}');
    expect(await failure()).toBe(
      'dev-settings.yaml: secrets.secrets.a.literals.pin is an integer that is too large to be read exactly.\n  → Put it in quotes if it is text, or use an integer between -(2^53 - 1) and 2^53 - 1.',
    );
  });

  it('several mistakes in both files are reported together', async () => {
    await write('dev-settings.yaml', 'secrets: {forse: true}');
    await write('apps/one/dev-settings.yaml', 'secrets: {dryRun: 1}\nsecretes: {}');
    expect((await failure()).split('\n')).toEqual([
      '3 mistakes in the settings:',
      '  dev-settings.yaml: secrets.forse is not known. → Did you mean force?',
      '  apps/one/dev-settings.yaml: secrets.dryRun must be a boolean, not a number. → Write a boolean.',
      '  apps/one/dev-settings.yaml: secretes is not a target of the project. → Did you mean secrets?',
      '  → Fix all of them, then run the target again.',
    ]);
  });
});

describe('layOver', () => {
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

  it('a secret keeps its other fields if its kind stays, and none of them if its kind changes', async () => {
    const options = { secrets: { a: { kind: 'generic', literals: { t: '${T}' }, immutable: true } } };
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {kind: from-file, files: ./t}}}');
    expect(await over(options)).toEqual({ secrets: { a: { kind: 'from-file', files: './t' } } });
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {kind: generic, immutable: false}}}');
    expect(await over(options)).toEqual({ secrets: { a: { ...options.secrets.a, immutable: false } } });
  });

  it('a map that would replace a list is refused, and so is the reverse', async () => {
    await write('dev-settings.yaml', 'secrets: {secrets: {a: {kind: tls}}}');
    expect(await failureOf(over({ secrets: [{ name: 'b', kind: 'tls' }] }))).toBe(
      'dev-settings.yaml: secrets.secrets is a map, but the option that it overrides is a list.\n  → Make both a map, or both a list.',
    );
    await write('apps/one/dev-settings.yaml', 'secrets: {secrets: [{name: a, kind: tls}]}');
    expect(await failureOf(over({}))).toBe(
      'apps/one/dev-settings.yaml: secrets.secrets is a list, but the option that it overrides is a map.\n  → Make both a list, or both a map.',
    );
  });

  const components = { unpacker: { path: 'config/unpacker' }, registry: { path: 'config/registry' } };
  it.each([
    ['unpakcer: {enabled: true}', 'unpakcer has no path.\n  → Did you mean unpacker?'],
    ['cache: {enabled: true}', 'cache has no path.\n  → Add it, or correct the name.'],
  ])('an incomplete entry that the options do not have is refused: %s', async (entry, message) => {
    await write('dev-settings.yaml', 'kustomize-apply: {components: {registry: {enabled: false}}}');
    await write('apps/one/dev-settings.yaml', `kustomize-apply: {components: {${entry}}}`);
    expect(await failureOf(over({ components }, 'kustomize-apply'))).toBe(
      `apps/one/dev-settings.yaml: kustomize-apply.components.${message}`,
    );
  });

  it('gaps in the options alone are not reported, and complete entries may be added', async () => {
    await write('dev-settings.yaml', 'kustomize-apply: {components: {registry: {enabled: false}, cache: {path: c}}}');
    const options = { components: { ...components, registry: {} } };
    expect(await over(options, 'kustomize-apply')).toEqual({
      components: { ...components, registry: { enabled: false }, cache: { path: 'c' } },
    });
  });
});
