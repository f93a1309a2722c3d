import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applySet,
  create,
  explain,
  list,
  patch,
  read,
  remove,
  type Change,
  type Cluster,
  type KubeObject,
} from '@nx-kube/cluster';
import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsSetOf, usualTarget } from '../../deploy/apply-set-names.js';
import { tearDown } from '../../deploy/tear-down.js';
import { secretLines } from '../../report/secret-lines.js';
import { readSecrets } from '../read/read-secrets.js';
import { certificate, privateKey } from '../read/tls.fixture.js';
import type { SecretSpecs } from '../spec/spec.js';
import { applySecrets, type ApplySecretsOptions } from './apply-secrets.js';
import { dependentsOf } from './dependents.js';
import { useNamespace } from './test-namespace.fixture.js';

const test = useNamespace();
const env: Record<string, string> = { USER_NAME: 'ada', TOKEN: 'hunter2-token', URL_TOKEN: 'hunter2-&<>=\'"' };

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nx-kube-apply-secrets-'));
  await mkdir(join(directory, 'keys'));
  await put('rsa.pub', 'hunter2-alice');
  await put('keys/one', 'hunter2-one');
  await put('keys/two', Buffer.from([0, 1, 255]));
  await put('good.env', 'A=hunter2 "a" \n#c\n\n  B=\nC=x=y\n');
  await put('tls.crt', certificate);
  await put('tls.key', privateKey);
});
afterAll(() => rm(directory, { recursive: true }));

const put = (name: string, content: string | Buffer) => writeFile(join(directory, name), content);

/** Each test has its own project, and with it its own ApplySet. */
let project: string;
const setOfProject = (target = usualTarget) => secretsSetOf(project, target, test.cluster);
let projects = 0;

async function bring(
  specs: SecretSpecs,
  { cluster = test.cluster, ...options }: Partial<ApplySecretsOptions> & { cluster?: Cluster } = {},
): Promise<Change[]> {
  const { secrets, mistakes, redactor } = await readSecrets(specs, { projectDirectory: directory, env });
  expect(mistakes).toEqual([]);
  test.writes();
  return await applySecrets(cluster, secrets, { set: setOfProject(), redactor, ...options });
}

async function refused(specs: SecretSpecs, options: Parameters<typeof bring>[1] = {}): Promise<string> {
  const error: unknown = await bring(specs, options).then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
  expect(explain(error)).not.toContain('hunter2');
  return explain(error);
}

const linesOf = (changes: Change[]) =>
  changes.map(({ subject, action, fields = [] }) =>
    [action, subject.replaceAll(test.namespace, 'ns'), ...fields].join(' '),
  );
const live = (name: string, namespace = test.namespace) =>
  read(test.cluster, { apiVersion: 'v1', kind: 'Secret', namespace, name });
const dataOf = async (name: string) => (await live(name))?.['data'] as Record<string, string> | undefined;
const generic = (token = 'TOKEN') => ({ kind: 'generic' as const, literals: { token: { env: token } } });

describe('applySecrets', () => {
  const start = (name: string) => {
    project = `${name}-${(projects += 1)}`;
    return project;
  };

  it('secrets of every kind have the data that kubectl gives them', async () => {
    start('kinds');
    const specs: SecretSpecs = [
      {
        name: 'kinds-regcred',
        kind: 'docker-registry',
        server: 'registry.example.com',
        username: '${USER_NAME}',
        password: '${URL_TOKEN}',
        email: { plain: 'a@b.c' },
      },
      { name: 'kinds-literals', kind: 'generic', literals: { a: '${TOKEN}', b: '${URL_TOKEN}', empty: { plain: '' } } },
      { name: 'kinds-files', kind: 'from-file', files: ['./rsa.pub', 'bob=rsa.pub', './keys'] },
      { name: 'kinds-env', kind: 'from-env-file', files: 'good.env' },
      { name: 'kinds-tls', kind: 'tls', cert: 'tls.crt', key: 'tls.key' },
      { kind: 'from-file', files: { alice: 'alice=./rsa.pub' } },
    ];
    const changes = await bring(specs);
    expect(changes.map(({ action }) => action)).toEqual(Array(6).fill('created'));

    const docker = [
      '--docker-server=registry.example.com',
      '--docker-username=ada',
      `--docker-password=${env['URL_TOKEN']}`,
      '--docker-email=a@b.c',
    ];
    const commands: Record<string, string[]> = {
      'kinds-regcred': ['docker-registry', ...docker],
      'kinds-literals': [
        'generic',
        `--from-literal=a=${env['TOKEN']}`,
        `--from-literal=b=${env['URL_TOKEN']}`,
        '--from-literal=empty=',
      ],
      'kinds-files': ['generic', '--from-file=./rsa.pub', '--from-file=bob=rsa.pub', '--from-file=./keys'],
      'kinds-env': ['generic', '--from-env-file=good.env'],
      'kinds-tls': ['tls', '--cert=tls.crt', '--key=tls.key'],
      alice: ['generic', '--from-file=alice=./rsa.pub'],
    };
    for (const [name, [kind, ...flags]] of Object.entries(commands)) {
      const ours = (await live(name))!;
      const theirs = await kubectlSecret(kind!, name, flags);
      // kubectl leaves the default type to the server.
      expect([name, ours['type']]).toEqual([name, theirs['type'] ?? 'Opaque']);
      expect([name, decoded(ours)]).toEqual([name, decoded(theirs)]);
    }
  });

  it('secrets hold values in their data only', async () => {
    start('annotations');
    await bring({ a: { ...generic(), annotations: { note: 'x' }, labels: { tier: 'dev' } } });
    const { data, ...rest } = (await live('a'))!;
    expect(data).toEqual({ token: Buffer.from(env['TOKEN']!).toString('base64') });
    expect(rest.metadata.annotations).toEqual({ note: 'x' });
    expect(JSON.stringify(rest)).not.toContain('hunter2');
    expect(JSON.stringify(rest)).not.toContain(data.token);
  });

  it('current secrets cause neither a write nor a dry run', async () => {
    start('unchanged');
    const specs: SecretSpecs = { unchanged: generic(), files: { kind: 'from-file', files: 'keys', immutable: true } };
    await bring(specs);
    expect(test.writes().length).toBeGreaterThan(0);
    expect(linesOf(await bring(specs))).toEqual(['unchanged Secret/ns/unchanged', 'unchanged Secret/ns/files']);
    expect(test.writesAndDryRuns()).toEqual([]);
  });

  it('secrets follow a rotated variable and a changed file, and lose removed keys', async () => {
    start('rotate');
    await put('rotated', 'hunter2-first');
    const specs = (files: string[]): SecretSpecs => ({
      'rotate-env': generic('ROTATED'),
      'rotate-file': { kind: 'from-file', files },
      'rotate-not': generic(),
    });
    env['ROTATED'] = 'hunter2-first';
    await bring(specs(['rotated', 'rsa.pub']));
    env['ROTATED'] = 'hunter2-second';
    await put('rotated', 'hunter2-second');
    expect(linesOf(await bring(specs(['rotated'])))).toEqual([
      'configured Secret/ns/rotate-env data.token',
      'configured Secret/ns/rotate-file data.rotated data.rsa.pub',
      'unchanged Secret/ns/rotate-not',
    ]);
    expect(test.writes()).toHaveLength(2);
    expect(await dataOf('rotate-file')).toEqual({ rotated: Buffer.from('hunter2-second').toString('base64') });
  });

  it('renamed and removed secrets are pruned, and other sets are left alone', async () => {
    start('rename');
    const first = project;
    await bring({ 'rename-old': generic(), 'rename-stays': generic(), 'rename-gone': generic() });
    start('rename');
    await bring({ 'rename-other': generic() });
    project = first;
    expect(linesOf(await bring({ 'rename-new': generic(), 'rename-stays': generic() })).sort()).toEqual([
      'created Secret/ns/rename-new',
      'pruned Secret/ns/rename-gone',
      'pruned Secret/ns/rename-old',
      'unchanged Secret/ns/rename-stays',
    ]);
    expect(linesOf(await bring([])).sort()).toEqual(['pruned Secret/ns/rename-new', 'pruned Secret/ns/rename-stays']);
    expect(await live('rename-other')).toBeDefined();
  });

  it('tearDown removes the secrets of all targets of a project', async () => {
    start('down');
    await bring({ 'down-a': generic() });
    await bring({ 'down-b': generic() }, { set: setOfProject('more-secrets') });
    expect(await live('down-a')).toBeDefined();
    const { removed } = await tearDown(test.cluster, project, { secretsTargets: ['more-secrets'] });
    expect(removed.map(({ name }) => name)).toEqual(['down-a', 'down-b']);
    expect(await live(setOfProject().name)).toBeUndefined();
    expect(await live(setOfProject('more-secrets').name)).toBeUndefined();
  });

  it('a dry run reports the changes and writes nothing', async () => {
    start('dry');
    await bring({ 'dry-a': generic(), 'dry-gone': generic() });
    const missing = test.further('dry');
    const specs: SecretSpecs = {
      'dry-a': generic('USER_NAME'),
      'dry-b': generic(),
      'dry-c': { ...generic(), namespace: missing },
    };
    expect(linesOf(await bring(specs, { dryRun: true })).sort()).toEqual([
      'configured Secret/ns/dry-a data.token',
      'created Namespace/ns-dry',
      'created Secret/ns-dry/dry-c',
      'created Secret/ns/dry-b',
      'pruned Secret/ns/dry-gone',
    ]);
    expect(test.writes()).toEqual([]);
  });
});

describe('applySecrets on secrets that cannot change in place', () => {
  const start = () => (project = `replace-${(projects += 1)}`);

  it('a secret that is immutable or changes its type is recreated', async () => {
    start();
    env['REPLACED'] = 'hunter2-first';
    const specs = (type?: string): SecretSpecs => ({
      'replace-immutable': { ...generic('REPLACED'), immutable: true },
      'replace-type': { ...generic(), type },
    });
    await bring(specs());
    const before = [await live('replace-immutable'), await live('replace-type')];
    env['REPLACED'] = 'hunter2-second';
    expect(linesOf(await bring(specs('example.com/other')))).toEqual([
      'recreated Secret/ns/replace-immutable',
      'recreated Secret/ns/replace-type',
    ]);
    const after = [await live('replace-immutable'), await live('replace-type')];
    expect(after.map((secret) => secret?.['type'])).toEqual(['Opaque', 'example.com/other']);
    expect(after[0]!['data'].token).toBe(Buffer.from('hunter2-second').toString('base64'));
    expect(after[0]!['immutable']).toBe(true);
    after.forEach((secret, index) => expect(secret?.metadata.uid).not.toBe(before[index]?.metadata.uid));
    expect(linesOf(await bring(specs('example.com/other'))).map((line) => line.split(' ')[0])).toEqual([
      'unchanged',
      'unchanged',
    ]);
  });

  it('a secret is not deleted if the server would refuse its successor', async () => {
    start();
    await bring({ 'replace-bad': { ...generic(), immutable: true } });
    const before = await live('replace-bad');
    const message = await refused({ 'replace-bad': { ...generic(), type: 'kubernetes.io/ssh-auth' } });
    expect(message).toMatch(
      new RegExp(
        `^Secret/${test.namespace}/replace-bad cannot be applied: the server refuses the Secret \\(Invalid\\) at data\\[ssh-privatekey\\]`,
      ),
    );
    expect(message).toContain('→ Fix the field in the options, or in what its value is read from.');
    expect(test.writes()).toEqual([]);
    expect(await live('replace-bad')).toEqual(before);
  });

  it('a secret of another creator is recreated only if forced', async () => {
    start();
    const { namespace } = test;
    await create(test.cluster, {
      ...{
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'replace-theirs', namespace },
        type: 'example.com/theirs',
      },
      ...{ immutable: true, data: { theirs: Buffer.from('x').toString('base64') } },
    });
    const ours: SecretSpecs = { 'replace-theirs': { ...generic(), type: 'example.com/theirs' } };
    expect(await refused(ours)).toBe(
      `Secret/${namespace}/replace-theirs exists with another type, or as immutable, and this target did not create it.\n` +
        '  → Rename the secret, delete the existing one, or set force to replace it.',
    );
    expect(test.writes()).toEqual([]);
    expect(linesOf(await bring(ours, { force: true }))).toEqual(['recreated Secret/ns/replace-theirs']);
  });
});

describe('applySecrets with mistakes', () => {
  const start = () => (project = `mistake-${(projects += 1)}`);

  it('refused content leaves everything unchanged, and all refusals are reported', async () => {
    start();
    await put('not.json', 'hunter2-not-json');
    const message = await refused({
      'mistake-good': generic(),
      'mistake-json': {
        kind: 'from-file',
        type: 'kubernetes.io/dockerconfigjson',
        files: '.dockerconfigjson=not.json',
      },
      'mistake-ssh': { ...generic(), type: 'kubernetes.io/ssh-auth' },
    });
    expect(message.split('\n')).toEqual([
      '2 mistakes in the secrets, so nothing was changed:',
      expect.stringMatching(
        /^ {2}Secret\/\S+\/mistake-json cannot be applied: the server refuses the Secret \(Invalid\) at data.*\.dockerconfigjson.* → Fix the field/,
      ),
      expect.stringMatching(
        /^ {2}Secret\/\S+\/mistake-ssh cannot be applied: the server refuses the Secret \(Invalid\) at data\[ssh-privatekey\].* → Fix the field/,
      ),
      '  → Fix all of them, then run the target again.',
    ]);
    expect(test.writes()).toEqual([]);
    expect(await live('mistake-good')).toBeUndefined();
  });

  it('refused content in a missing namespace leaves the namespace uncreated', async () => {
    start();
    const namespace = test.further('refused');
    const message = await refused({ 'mistake-ssh': { ...generic(), namespace, type: 'kubernetes.io/ssh-auth' } });
    expect(message).toContain(
      `Secret/${namespace}/mistake-ssh cannot be applied: the server refuses the Secret (Invalid) at data[ssh-privatekey]`,
    );
    expect(test.writes()).toEqual([]);
    expect(await read(test.cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace })).toBeUndefined();
  });

  it('a key of another field manager leaves everything unchanged, and the manager is named', async () => {
    start();
    const { namespace } = test;
    await kubectl(['create', 'secret', 'generic', 'mistake-theirs', '-n', namespace, '--from-literal=token=theirs']);
    expect(await refused({ 'mistake-good': generic(), 'mistake-theirs': generic() })).toMatch(
      /^Secret\/\S+\/mistake-theirs cannot be applied: other field managers own what it sets: \.data\.token \(conflict with "kubectl-create".*\)\.\n {2}→ Rename the secret, have the other manager give them up, or set force\.$/,
    );
    expect(test.writes()).toEqual([]);
    expect(linesOf(await bring({ 'mistake-theirs': generic() }, { force: true }))).toEqual([
      'configured Secret/ns/mistake-theirs metadata.labels data.token',
    ]);
  });

  it('a secret that belongs to another set leaves everything unchanged', async () => {
    start();
    await bring({ 'mistake-owned': generic() });
    start();
    expect(await refused({ 'mistake-owned': generic() })).toMatch(
      /^Secret\/\S+\/mistake-owned belongs to another ApplySet \(applyset-\S+-v1\)\.\n {2}→ Rename it here, or remove it there\.$/,
    );
    expect(test.writes()).toEqual([]);
  });

  it('a missing right to delete leaves everything unchanged, and is reported for pruned and recreated secrets', async () => {
    start();
    const specs = (token: string): SecretSpecs => ({
      'mistake-rights': generic(token),
      'mistake-rights-replace': { ...generic(token), immutable: true },
    });
    await bring({ ...specs('USER_NAME'), 'mistake-rights-gone': generic() });
    const before = [await live('mistake-rights'), await live('mistake-rights-replace')];
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'create', 'patch'] }];
    await test.asServiceAccount('may-not-delete', rules, async (cluster) => {
      const message = await refused(specs('TOKEN'), { cluster });
      expect(message.split('\n')).toEqual([
        '2 mistakes in the secrets, so nothing was changed:',
        expect.stringMatching(
          /^ {2}Secret\/\S+\/mistake-rights-replace cannot be applied: .*cannot delete resource "secrets".* → Ask for the permission/,
        ),
        expect.stringMatching(
          /^ {2}Secret\/\S+\/mistake-rights-gone cannot be deleted: .*cannot delete resource "secrets"/,
        ),
        '  → Fix all of them, then run the target again.',
      ]);
    });
    expect(test.writes()).toEqual([]);
    expect([await live('mistake-rights'), await live('mistake-rights-replace')]).toEqual(before);
    expect(await live('mistake-rights-gone')).toBeDefined();
  });

  it('a missing right to write the set’s parent leaves everything unchanged', async () => {
    start();
    const rules = [
      { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'create'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['patch'], resourceNames: ['mistake-parent'] },
    ];
    await test.asServiceAccount('may-not-patch', rules, async (cluster) => {
      const { name } = setOfProject();
      const message = await refused({ 'mistake-parent': generic() }, { cluster });
      expect(message).toMatch(new RegExp(`^Secret/\\S+/${name} cannot be applied: .*cannot patch resource "secrets"`));
      expect(message).toContain('→ Ask for the permission');
    });
    expect(test.writes()).toEqual([]);
    expect(await live('mistake-parent')).toBeUndefined();
  });

  it('two secrets with one name in the context’s namespace are refused', async () => {
    start();
    const specs: SecretSpecs = [
      { name: 'mistake-twin', ...generic() },
      { name: 'mistake-twin', namespace: test.namespace, ...generic() },
    ];
    expect(await refused(specs)).toBe(
      `Secret/${test.namespace}/mistake-twin is defined twice.\n  → Rename or remove one of them.`,
    );
  });
});

describe('namespaces of applySecrets', () => {
  const start = () => (project = `namespaces-${(projects += 1)}`);

  it('a missing namespace is created without an owner, and stays after its secrets are pruned', async () => {
    start();
    const namespace = test.further('created');
    const specs: SecretSpecs = { a: { ...generic(), namespace }, b: { ...generic(), namespace } };
    expect(linesOf(await bring(specs))).toEqual([
      'created Namespace/ns-created',
      'created Secret/ns-created/a',
      'created Secret/ns-created/b',
    ]);
    const created = () => read(test.cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace });
    expect(Object.keys((await created())!.metadata.labels!)).toEqual(['kubernetes.io/metadata.name']);
    expect(linesOf(await bring([])).sort()).toEqual(['pruned Secret/ns-created/a', 'pruned Secret/ns-created/b']);
    expect((await created())?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('a missing namespace is refused with createNamespaces off', async () => {
    start();
    const namespace = test.further('not-created');
    const specs: SecretSpecs = { 'namespaces-a': generic(), b: { ...generic(), namespace } };
    expect(await refused(specs, { createNamespaces: false })).toBe(
      `Namespace/${namespace} does not exist.\n  → Create it, or set createNamespaces.`,
    );
    expect(test.writes()).toEqual([]);
  });

  it('a missing namespace is created even if it is the set’s own', async () => {
    start();
    const namespace = test.further('own');
    const set = { name: project, namespace };
    expect(linesOf(await bring({ a: { ...generic(), namespace } }, { set }))).toEqual([
      'created Namespace/ns-own',
      'created Secret/ns-own/a',
    ]);
  });

  it('a terminating namespace is refused', async () => {
    start();
    const namespace = test.further('leaving');
    const holder = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'holder' };
    await create(test.cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await create(test.cluster, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name: 'holder', namespace, finalizers: ['example.com/hold'] },
    });
    await remove(test.cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace });
    try {
      expect(await refused({ a: { ...generic(), namespace } })).toBe(
        `Namespace/${namespace} is being deleted.
  → Run the target again once it is gone.`,
      );
    } finally {
      await patch(test.cluster, holder, { metadata: { finalizers: null } });
    }
  });
});

describe('dependentsOf', () => {
  it('users of a changed secret are listed with the way they use it', async () => {
    project = 'dependents';
    const { cluster, namespace } = test;
    env['USED'] = 'hunter2-first';
    const specs: SecretSpecs = { used: generic('USED'), 'used-not': generic() };
    await bring(specs);
    await applySet(cluster, { name: 'users', namespace }, users(namespace));
    env['USED'] = 'hunter2-second';
    const changes = await bring(specs);
    const { dependents, unseen } = await dependentsOf(cluster, changes);
    expect(unseen).toEqual([]);
    expect(secretLines(changes, { dependents, unseen }).map((line) => line.replaceAll(namespace, 'ns'))).toEqual([
      'Secret/ns/used configured (data.token)',
      '  used by Deployment/ns/by-env (env, volume)',
      '  used by CronJob/ns/by-pull (imagePullSecrets)',
      '  used by Pod/ns/by-env-from (envFrom)',
      '  used by ServiceAccount/ns/puller (imagePullSecrets)',
      '1 object unchanged',
      '  → Environment variables are read when a container starts: restart what uses them by env or envFrom.',
    ]);
    // The Deployment's ReplicaSet uses it too, and is not listed beside the Deployment.
    expect((await list(cluster, { apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace })).length).toBe(1);
  });
});

function users(namespace: string): KubeObject[] {
  const container = { name: 'c', image: 'example.com/none' };
  const env = [{ name: 'T', valueFrom: { secretKeyRef: { name: 'used', key: 'token' } } }];
  const labels = { app: 'by-env' };
  const metadata = (name: string) => ({ name, namespace });
  // No node has the label, so nothing starts.
  const nowhere = { nodeSelector: { 'example.com/nowhere': 'true' } };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('puller'), imagePullSecrets: [{ name: 'used' }] },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('by-env'),
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [{ ...container, env }],
            volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'used' } }] } }],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: metadata('by-env-from'),
      spec: { ...nowhere, containers: [{ ...container, envFrom: [{ secretRef: { name: 'used' } }] }] },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: metadata('by-pull'),
      spec: {
        schedule: '0 0 1 1 *',
        jobTemplate: {
          spec: {
            template: {
              spec: { restartPolicy: 'Never', imagePullSecrets: [{ name: 'used' }], containers: [container] },
            },
          },
        },
      },
    },
    { apiVersion: 'v1', kind: 'Pod', metadata: metadata('not'), spec: { ...nowhere, containers: [container] } },
  ];
}

function decoded({ data }: KubeObject): Record<string, unknown> {
  const entries = Object.entries(data as Record<string, string>).map(([key, value]) => {
    // Two writers may escape the same JSON differently.
    return [key, key === '.dockerconfigjson' ? JSON.parse(Buffer.from(value, 'base64').toString()) : value];
  });
  return Object.fromEntries(entries);
}

async function kubectlSecret(kind: string, name: string, flags: string[]): Promise<KubeObject> {
  return JSON.parse(
    await kubectl(['create', 'secret', kind, name, ...flags, '--dry-run=client', '-o', 'json'], '', { cwd: directory }),
  ) as KubeObject;
}
