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

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
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

/** Everything that must be nowhere: the values, and what base64 of anything with a value in it contains. */
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
/** One more, which is made only if nothing is wrong. */
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

/** Runs the target as a user does, watches the command lines of all processes meanwhile, and looks for traces everywhere after. */
async function run(specs: unknown, { options = {}, env = {}, args = [] }: RunOptions = {}) {
  const target = { executor: '@nx-kube/executors:secrets', options: { secrets: specs, ...options } };
  writeFileSync(join(root, 'one/project.json'), JSON.stringify({ name: 'one', targets: { secrets: target } }));
  // So that what is found there afterwards is of this run.
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
  // The graph holds the options, whatever came of the run.
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

/** What the cluster tells of the test's namespaces, and of the Secrets in them, besides data; and all Events. */
async function inCluster(): Promise<KubeObject[]> {
  const { cluster, namespace } = test;
  const [events, namespaces, secrets] = await Promise.all(
    ['Event', 'Namespace', 'Secret'].map((kind) => list(cluster, { apiVersion: 'v1', kind })),
  );
  const here = ({ metadata: { name, namespace: within = name } }: KubeObject) => within.startsWith(namespace);
  const told = secrets!
    .filter(here)
    .map(({ data, ...rest }) => ({ ...rest, keys: Object.keys((data as object) ?? {}) }));
  return [...events!, ...namespaces!.filter(here), ...told];
}

function commandLinesNow(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1');
      } catch {
        // It ended meanwhile.
        return '';
      }
    });
}

/** All files of the workspace but those that the values come from. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() || (folder === join(root, 'one') && sources.includes(entry.name))) return [];
    return entry.isDirectory() ? filesOf(path) : [path];
  });
}

describe('values are in no output, file of Nx, command line, annotation or Event', () => {
  it('when secrets are made', async () => {
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

  it('when a namespace is created for one', async () => {
    const namespace = test.further('leaks');
    const { output } = await run({ ...good, far: { ...x, namespace } });
    expect(output).toContain(`Namespace/${namespace} created`);
    expect((await inCluster()).map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining([namespace, 'far']),
    );
  });

  it('when the kubelet tells that one lacks what a pod wants of it', async () => {
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
    const told = async () => (await inCluster()).map(({ message }) => message as unknown);
    await expect
      .poll(told, { timeout: 90_000, interval: 500 })
      .toContainEqual(expect.stringContaining('references non-existent secret key: nope'));
    expect((await run(good)).exitCode).toBe(0);
  });

  it('when nothing has changed, when a value was rotated, and in a dry run', async () => {
    expect((await run(good)).output).toContain('5 objects unchanged');
    const env = { PLANTED: `${planted.variable}-rotated` };
    expect((await run(good, { env, options: { dryRun: true } })).output).toContain('Dry run: nothing was written.');
    expect((await run(good, { env })).output).toContain('literals configured (data.token, data.url)');
  });

  it('when Nx’s daemon runs', async () => {
    const env = { NX_DAEMON: 'true' };
    try {
      expect((await run(good, { env })).exitCode).toBe(0);
      expect(existsSync(join(root, '.nx/workspace-data/d/daemon.log'))).toBe(true);
    } finally {
      await nx(['daemon', '--stop'], env);
    }
  });

  it('when settings of a developer refer to them; flags beat the settings', async () => {
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
      expect(bad.output).toContain('own: namespace: may only have small letters');
    } finally {
      rmSync(settings);
    }
  });

  const kubernetes = { context: 'nx-kube-elsewhere' };
  interface Circumstances {
    options?: SecretsOptions;
    env?: Record<string, string>;
    /** What others have made. */
    theirs?: Record<string, unknown> & Pick<KubeObject, 'metadata'>;
  }
  it.each<[string, unknown, string, Circumstances?]>([
    ['a file is missing', { ...good, x: { kind: 'from-file', files: './nope' } }, 'x: files: there is no file ./nope'],
    [
      'a value stands for a path',
      { ...good, x: { kind: 'from-file', files: '${PLANTED}' } },
      'x: files: there is no file ${PLANTED}',
    ],
    [
      'a variable is missing',
      { ...good, x: { kind: 'generic', literals: { a: '${NONE}${PLANTED}' } } },
      'the environment variable NONE is not set',
    ],
    ['a key is not allowed', { ...good, x: { kind: 'from-file', files: 'folder' } }, 'the key "bad key" may only have'],
    [
      'an env file is malformed',
      { ...good, x: { kind: 'from-env-file', files: 'bad.env' } },
      'bad.env, line 1: does not begin with a name of a variable',
    ],
    [
      'a key is not the certificate’s',
      { ...good, x: { kind: 'tls', cert: 'tls.crt', key: 'other.key' } },
      'other.key is not the key of the certificate',
    ],
    ['a kind is not known', { ...good, x: { kind: 'generc', literals: { a: '${PLANTED}' } } }, 'x: kind: is not known'],
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
      'big.txt is larger than a secret may be',
    ],
    [
      'values are too large together',
      { ...good, x: { kind: 'from-file', files: ['a=half.txt', 'b=half.txt'] } },
      'its values are 1200000 bytes',
    ],
    [
      'somebody else manages a key',
      { ...good, x, theirs: x },
      'theirs: other field managers own what it sets: .data.token (conflict with "somebody"',
      { theirs: { metadata: { name: 'theirs' }, data: { token: 'dGhlaXJz' } } },
    ],
    [
      'a Secret belongs to another set',
      { ...good, x, foreign: x },
      'foreign: belongs to another ApplySet (applyset-somebody-v1)',
      {
        theirs: { metadata: { name: 'foreign', labels: { 'applyset.kubernetes.io/part-of': 'applyset-somebody-v1' } } },
      },
    ],
    [
      'somebody else’s Secret is immutable',
      { ...good, x, sealed: x },
      'sealed: exists with another type, or as immutable, and was not made by this target',
      { theirs: { metadata: { name: 'sealed' }, immutable: true, data: { theirs: 'dGhlaXJz' } } },
    ],
    [
      'somebody else’s Secret has another type',
      { ...good, x, typed: x },
      'typed: other field managers own what it sets: .type (conflict with "somebody"',
      { theirs: { metadata: { name: 'typed' }, type: 'example.com/theirs' } },
    ],
    [
      'a namespace is missing',
      { ...good, x: { ...x, namespace: `${test.namespace}-missing` } },
      `Namespace/${test.namespace}-missing: does not exist`,
      { options: { createNamespaces: false } },
    ],
    ['the server does not answer', good, 'does not answer (ECONNREFUSED)', { env: { KUBECONFIG: 'unreachable' } }],
    ['the context is not there', good, 'nx-kube-elsewhere', { options: kubernetes }],
  ])('when %s', async (_, specs, message, { options, env: given = {}, theirs } = {}) => {
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

  it('when a namespace is being deleted', async () => {
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
      expect(output).toContain(`Namespace/${namespace}: is being deleted`);
      expect(exitCode).toBe(1);
      expect(await readX()).toBeUndefined();
    } finally {
      await patch(test.cluster, holder, { metadata: { finalizers: null } });
    }
  });

  const inSettings = (literals: string) =>
    `{"secrets": {"secrets": {"x": {"kind": "generic", "literals": ${literals}}}}}`;
  it.each([
    ['are no JSON', 'dev-settings.json', inSettings(`{"token": ${planted.variable}}`), 'invalid JSON'],
    ['end too early', 'dev-settings.json', inSettings(`{"token": "${planted.variable}`), 'invalid JSON'],
    ['are no YAML', 'dev-settings.yaml', inSettings(`{token: "a" ${planted.variable}}`), 'invalid YAML'],
    ['have a value that YAML takes for an alias', 'dev-settings.yaml', `secrets: *${planted.variable}`, 'invalid YAML'],
    ['have a value that YAML takes for a tag', 'dev-settings.yaml', `secrets: !${planted.variable} a`, 'invalid YAML'],
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
  ])('when settings %s', async (_, file, text, message) => {
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

/** As a tool of its own would: under another manager's name. */
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
