import { generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { create, list, patch, read, remove, type KubeObject } from '@nx-kube/cluster';
import { execa } from 'execa';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecretsOptions } from '../../executors/secrets/schema.js';
import { certificate, privateKey } from '../read/tls.fixture.js';
import { useNamespace } from './test-namespace.fixture.js';

const repository = fileURLToPath(new URL('../../../../..', import.meta.url));
const test = useNamespace();

const plant = (name: string) => `planted-${name}-${randomBytes(8).toString('hex')}`;
const planted = {
  variable: plant('variable'),
  password: plant('password'),
  file: plant('file'),
  envFile: plant('env-file'),
};
const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const keyLines = [privateKey, String(otherKey)].flatMap((pem) => pem.split('\n').filter((line) => line.length > 60));

/** Text that must occur nowhere: the values, and the parts of base64 that depend on a value alone. */
const traces = [...Object.values(planted), ...keyLines].flatMap((value) => [
  value,
  ...[0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + value).toString('base64');
    return encoded.slice(4, encoded.length - 4);
  }),
]);
const tracesIn = (text: string) => traces.filter((trace) => text.includes(trace));

let root: string;
let kubeconfig: string;
const settingsFiles = ['dev-settings.json', 'dev-settings.yaml'];
const sources = [
  ...['value.txt', 'good.env', 'bad.env', 'tls.key', 'other.key', 'config.json', 'folder', 'big.txt', 'half.txt'],
  ...settingsFiles,
];
beforeAll(() => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-leaks-')));
  root = join(directory, 'workspace');
  kubeconfig = join(directory, 'kubeconfig');
  mkdirSync(join(root, 'one/folder'), { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  const files: Record<string, string> = {
    'nx.json': JSON.stringify({ analytics: false, neverConnectToCloud: true }),
    'package.json': JSON.stringify({ name: 'leaks', private: true }),
    'one/value.txt': planted.file,
    'one/folder/bad key': planted.file,
    'one/good.env': `GOOD=${planted.envFile}\n`,
    'one/bad.env': `export BAD=${planted.envFile}\n${planted.envFile}\nplanted ${planted.envFile}\n`,
    'one/config.json': `not JSON, but ${planted.file}`,
    'one/big.txt': planted.file.padEnd(1_048_577, '.'),
    'one/half.txt': planted.file.padEnd(600_000, '.'),
    'one/tls.crt': certificate,
    'one/tls.key': privateKey,
    'one/other.key': String(otherKey),
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  const config = load(readFileSync(process.env['KUBECONFIG']!, 'utf8')) as {
    contexts: { context: { namespace?: string } }[];
  };
  for (const { context } of config.contexts) context.namespace = test.namespace;
  writeFileSync(kubeconfig, dump(config));
});
afterAll(() => rmSync(join(root, '..'), { recursive: true, force: true }));

type Specs = NonNullable<SecretsOptions['secrets']>;
const good = {
  regcred: {
    kind: 'docker-registry',
    server: 'registry.example.com',
    username: { plain: 'robot' },
    password: '${PLANTED_PASSWORD}',
  },
  literals: {
    kind: 'generic',
    literals: { token: '${PLANTED}', url: 'https://x:${PLANTED}@y', file: { file: 'value.txt' } },
  },
  file: { kind: 'from-file', files: 'value.txt' },
  'env-file': { kind: 'from-env-file', files: 'good.env' },
  cert: { kind: 'tls', cert: 'tls.crt', key: 'tls.key' },
} satisfies Specs;
/** One more secret, which is made only if nothing is refused. */
const x = { kind: 'generic', literals: { token: '${PLANTED}' } } as const;

function nx(args: string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [join(repository, 'node_modules/nx/dist/bin/nx.js'), ...args], {
    cwd: root,
    all: true,
    reject: false,
    env: {
      ...{ KUBECONFIG: kubeconfig, PLANTED: planted.variable, PLANTED_PASSWORD: planted.password },
      ...{ NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0', NX_VERBOSE_LOGGING: 'true' },
      ...{ NX_CACHE_DIRECTORY: join(root, '.nx/cache'), NX_WORKSPACE_DATA_DIRECTORY: join(root, '.nx/workspace-data') },
      ...env,
    },
  });
}

interface RunOptions {
  options?: SecretsOptions;
  env?: Record<string, string>;
  args?: string[];
}

/** Runs the target as a user does, records the command lines of all processes, and then looks for traces everywhere. */
async function run(specs: unknown, { options = {}, env = {}, args = [] }: RunOptions = {}) {
  const target = { executor: '@nx-kube/executors:secrets', options: { secrets: specs, ...options } };
  writeFileSync(join(root, 'one/project.json'), JSON.stringify({ name: 'one', targets: { secrets: target } }));
  // Files that are found there afterwards must be of this run.
  rmSync(join(root, '.nx/cache'), { recursive: true, force: true });
  const running = nx(['run', 'one:secrets', ...args], env);
  let over = false;
  inBackground(
    running.then(() => (over = true)),
    failureIsABug,
  );
  const commandLines = new Set<string>();
  while (!over) {
    for (const line of commandLinesNow()) commandLines.add(line);
    await setImmediate();
  }
  const { exitCode, all } = await running;
  // The project graph holds the options whether the run succeeds or not.
  if (exitCode === 0) await nx(['graph', '--file=graph.json']);

  expect(tracesIn(all)).toEqual([]);
  expect([...commandLines].some((line) => line.includes('one:secrets'))).toBe(true);
  expect([...commandLines].flatMap(tracesIn)).toEqual([]);
  const files = filesOf(root);
  expect(files.map((path) => path.slice(root.length + 1))).toEqual(
    expect.arrayContaining([
      ...['graph.json', '.nx/cache/run.json', '.nx/workspace-data/project-graph.json'],
      expect.stringMatching(/^\.nx\/cache\/terminalOutputs\/./),
    ]),
  );
  expect(files.filter((path) => tracesIn(readFileSync(path, 'latin1')).length > 0)).toEqual([]);
  expect((await inCluster()).filter((object) => tracesIn(JSON.stringify(object)).length > 0)).toEqual([]);
  return { exitCode, output: all };
}

/**
 * Returns all Events, the test's namespaces, and the Secrets in them with the keys but not the values of their data.
 */
async function inCluster(): Promise<KubeObject[]> {
  const { cluster, namespace } = test;
  const [events, namespaces, secrets] = await Promise.all(
    ['Event', 'Namespace', 'Secret'].map((kind) => list(cluster, { apiVersion: 'v1', kind })),
  );
  const here = ({ metadata: { name, namespace: within = name } }: KubeObject) => within.startsWith(namespace);
  const withoutData = secrets!
    .filter(here)
    .map(({ data, ...rest }) => ({ ...rest, keys: Object.keys((data as object) ?? {}) }));
  return [...events!, ...namespaces!.filter(here), ...withoutData];
}

function commandLinesNow(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1');
      } catch {
        // The process has ended.
        return '';
      }
    });
}

/** Returns all files of the workspace except the sources of the values. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() || (folder === join(root, 'one') && sources.includes(entry.name))) return [];
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

describe('the secrets target leaks no value into output, files of Nx, command lines, annotations and Events', () => {
  it('no value leaks when secrets are created', async () => {
    expect(existsSync(join(repository, 'packages/executors/dist/executors/secrets/executor.js'))).toBe(true);
    const { exitCode, output } = await run(good);
    expect(output).toContain(`Secret/${test.namespace}/regcred created`);
    expect(exitCode).toBe(0);
    const { cluster, namespace } = test;
    const secrets = await list(cluster, { apiVersion: 'v1', kind: 'Secret', namespace });
    expect(secrets.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(Object.keys(good)));
    const token = secrets.find(({ metadata }) => metadata.name === 'literals')!['data'].token as string;
    expect(Buffer.from(token, 'base64').toString()).toBe(planted.variable);
    expect(tracesIn(token)).not.toEqual([]);
  });

  it('no value leaks when a namespace is created for a secret', async () => {
    const namespace = test.further('leaks');
    const { output } = await run({ ...good, far: { ...x, namespace } });
    expect(output).toContain(`Namespace/${namespace} created`);
    expect((await inCluster()).map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining([namespace, 'far']),
    );
  });

  it('no value leaks when the kubelet reports that a secret lacks the key that a pod needs', async () => {
    const { cluster, namespace } = test;
    const volume = { name: 'v', secret: { secretName: 'literals', items: [{ key: 'nope', path: 'nope' }] } };
    await create(cluster, {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'reader', namespace } },
      spec: {
        automountServiceAccountToken: false,
        volumes: [volume],
        containers: [{ name: 'c', image: 'example.com/none', volumeMounts: [{ name: 'v', mountPath: '/v' }] }],
      },
    });
    const messages = async () => (await inCluster()).map(({ message }) => message as unknown);
    await expect
      .poll(messages, { timeout: 90_000, interval: 500 })
      .toContainEqual(expect.stringContaining('references non-existent secret key: nope'));
    expect((await run(good)).exitCode).toBe(0);
  });

  it('no value leaks when nothing has changed, when a value is rotated, and in a dry run', async () => {
    expect((await run(good)).output).toContain('5 objects unchanged');
    const env = { PLANTED: `${planted.variable}-rotated` };
    expect((await run(good, { env, options: { dryRun: true } })).output).toContain('Dry run: nothing was written.');
    expect((await run(good, { env })).output).toContain('literals configured (data.token, data.url)');
  });

  it('no value leaks when the Nx daemon runs', async () => {
    const env = { NX_DAEMON: 'true' };
    try {
      expect((await run(good, { env })).exitCode).toBe(0);
      expect(existsSync(join(root, '.nx/workspace-data/d/daemon.log'))).toBe(true);
    } finally {
      await nx(['daemon', '--stop'], env);
    }
  });

  it('no value leaks when developer settings refer to values, and flags override the settings', async () => {
    const settings = join(root, 'one/dev-settings.json');
    const own = { kind: 'generic', literals: { own: '${PLANTED}' } };
    writeFileSync(
      settings,
      JSON.stringify({ secrets: { dryRun: true, namespace: '${NOT_SET:-elsewhere}', secrets: { own } } }),
    );
    try {
      const { output } = await run(good, { args: [`--namespace=${test.namespace}`] });
      expect(output).toContain(`Secret/${test.namespace}/own created`);
      expect(output).toContain('Dry run: nothing was written.');
      const bad = await run(good, { options: { namespace: test.namespace }, env: { NOT_SET: 'Not_A_Namespace' } });
      expect(bad.output).toContain('own: namespace must consist of lowercase letters');
    } finally {
      rmSync(settings);
    }
  });

  const kubernetes = { context: 'nx-kube-elsewhere' };
  interface Circumstances {
    options?: SecretsOptions;
    env?: Record<string, string>;
    /** A Secret of another creator. */
    theirs?: Record<string, unknown> & Pick<KubeObject, 'metadata'>;
  }
  it.each<[string, unknown, string, Circumstances?]>([
    [
      'a file is missing',
      { ...good, x: { kind: 'from-file', files: './nope' } },
      'x: files names ./nope, which does not exist',
    ],
    [
      'a value stands for a path',
      { ...good, x: { kind: 'from-file', files: '${PLANTED}' } },
      'x: files names ${PLANTED}, which does not exist',
    ],
    [
      'a variable is missing',
      { ...good, x: { kind: 'generic', literals: { a: '${NONE}${PLANTED}' } } },
      'the environment variable NONE, which is not set',
    ],
    [
      'a key is not allowed',
      { ...good, x: { kind: 'from-file', files: 'folder' } },
      'the key "bad key", which is not valid: it must consist of',
    ],
    [
      'an env file is malformed',
      { ...good, x: { kind: 'from-env-file', files: 'bad.env' } },
      'bad.env, whose line 1 does not begin with the name of a variable',
    ],
    [
      'a key is not the certificate’s',
      { ...good, x: { kind: 'tls', cert: 'tls.crt', key: 'other.key' } },
      'other.key, which is not the key of the certificate',
    ],
    ['a kind is not known', { ...good, x: { kind: 'generc', literals: { a: '${PLANTED}' } } }, 'x: kind is not known'],
    [
      'the server refuses',
      {
        ...good,
        x: { kind: 'from-file', type: 'kubernetes.io/dockerconfigjson', files: '.dockerconfigjson=config.json' },
      },
      'the server refuses the Secret (Invalid)',
    ],
    [
      'a file is too large',
      { ...good, x: { kind: 'from-file', files: 'big.txt' } },
      'big.txt, which is larger than a Secret may be',
    ],
    [
      'values are too large together',
      { ...good, x: { kind: 'from-file', files: ['a=half.txt', 'b=half.txt'] } },
      'has 1200000 bytes of values',
    ],
    [
      'another field manager owns a key',
      { ...good, x, theirs: x },
      'theirs cannot be applied: other field managers own what it sets: .data.token (conflict with "somebody"',
      { theirs: { metadata: { name: 'theirs' }, data: { token: 'dGhlaXJz' } } },
    ],
    [
      'a Secret belongs to another set',
      { ...good, x, foreign: x },
      'foreign belongs to another ApplySet (applyset-somebody-v1)',
      {
        theirs: { metadata: { name: 'foreign', labels: { 'applyset.kubernetes.io/part-of': 'applyset-somebody-v1' } } },
      },
    ],
    [
      'a Secret of another creator is immutable',
      { ...good, x, sealed: x },
      'sealed exists with another type, or as immutable, and this target did not create it',
      { theirs: { metadata: { name: 'sealed' }, immutable: true, data: { theirs: 'dGhlaXJz' } } },
    ],
    [
      'a Secret of another creator has another type',
      { ...good, x, typed: x },
      'typed cannot be applied: other field managers own what it sets: .type (conflict with "somebody"',
      { theirs: { metadata: { name: 'typed' }, type: 'example.com/theirs' } },
    ],
    [
      'a namespace is missing',
      { ...good, x: { ...x, namespace: `${test.namespace}-missing` } },
      `Namespace/${test.namespace}-missing does not exist`,
      { options: { createNamespaces: false } },
    ],
    ['the server does not answer', good, 'does not answer (ECONNREFUSED)', { env: { KUBECONFIG: 'unreachable' } }],
    ['the context is missing', good, 'nx-kube-elsewhere', { options: kubernetes }],
  ])('no value leaks when %s', async (_, specs, message, { options, env: given = {}, theirs } = {}) => {
    const env = { ...given };
    if (theirs) await makeTheirs(theirs);
    if (env['KUBECONFIG'] === 'unreachable') {
      env['KUBECONFIG'] = join(root, '..', 'unreachable');
      const text = readFileSync(kubeconfig, 'utf8').replace(/https:\/\/127\.0\.0\.1:\d+/, 'https://127.0.0.1:1');
      writeFileSync(env['KUBECONFIG'], text);
    }
    const { exitCode, output } = await run(specs, { options, env });
    expect(output).toContain(message);
    expect(exitCode).toBe(1);
    expect(await readX()).toBeUndefined();
  });

  it('no value leaks when a namespace is being deleted', async () => {
    const namespace = test.further('leaving');
    const holder = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'holder' };
    await create(test.cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await create(test.cluster, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: 'holder', namespace, finalizers: ['example.com/hold'] },
    });
    await remove(test.cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace });
    try {
      const { exitCode, output } = await run({ ...good, x, leaving: { ...x, namespace } });
      expect(output).toContain(`Namespace/${namespace} is being deleted`);
      expect(exitCode).toBe(1);
      expect(await readX()).toBeUndefined();
    } finally {
      await patch(test.cluster, holder, { metadata: { finalizers: null } });
    }
  });

  const inSettings = (literals: string) =>
    `{"secrets": {"secrets": {"x": {"kind": "generic", "literals": ${literals}}}}}`;
  it.each([
    ['are not JSON', 'dev-settings.json', inSettings(`{"token": ${planted.variable}}`), 'invalid JSON'],
    ['end too early', 'dev-settings.json', inSettings(`{"token": "${planted.variable}`), 'invalid JSON'],
    ['are not YAML', 'dev-settings.yaml', inSettings(`{token: "a" ${planted.variable}}`), 'invalid YAML'],
    ['have a value that YAML reads as an alias', 'dev-settings.yaml', `secrets: *${planted.variable}`, 'invalid YAML'],
    ['have a value that YAML reads as a tag', 'dev-settings.yaml', `secrets: !${planted.variable} a`, 'invalid YAML'],
    [
      'have an unknown key',
      'dev-settings.json',
      `{"secrets": {"secrts": {"x": "${planted.variable}"}}}`,
      'secrets.secrts',
    ],
    ['have a wrong type', 'dev-settings.json', `{"secrets": {"dryRun": "${planted.variable}"}}`, 'secrets.dryRun'],
    ['hold a value', 'dev-settings.json', inSettings(`{"token": "${planted.variable}"}`), 'is a value itself'],
    [
      'hold a default',
      'dev-settings.json',
      inSettings(`{"token": "\${NONE:-${planted.variable}}"}`),
      'has a default for NONE',
    ],
  ])('no value leaks when settings %s', async (_, file, text, message) => {
    writeFileSync(join(root, 'one', file), text);
    try {
      const { exitCode, output } = await run(good);
      expect(output).toContain(message);
      expect(exitCode).toBe(1);
      expect(await readX()).toBeUndefined();
    } finally {
      rmSync(join(root, 'one', file));
    }
  });
});

function readX(): Promise<KubeObject | undefined> {
  const { cluster, namespace } = test;
  return read(cluster, { apiVersion: 'v1', kind: 'Secret', namespace, name: 'x' });
}

/** Creates a Secret as another tool would: under the name of another field manager. */
async function makeTheirs({
  metadata,
  ...fields
}: Record<string, unknown> & Pick<KubeObject, 'metadata'>): Promise<void> {
  await test.cluster.request({
    method: 'POST',
    path: `/api/v1/namespaces/${test.namespace}/secrets`,
    query: { fieldManager: 'somebody' },
    body: { apiVersion: 'v1', kind: 'Secret', metadata, ...fields },
  });
}
