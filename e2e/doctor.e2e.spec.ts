import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, localRegistry, read, remove, type Cluster } from '@nx-kube/cluster';
import { testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const project = 'doctor-controller';
const namespace = 'nx-kube-e2e-doctor';

interface Check {
  check: string;
  verdict: 'ok' | 'warn' | 'fail';
  message: string;
  next?: string;
}

let cluster: Cluster;
let workspace: Workspace;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace(['greeter-controller']);
  workspace.renameGreeter('doctor');
  configure({});
  const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-build`]);
  expect(exitCode, all).toBe(0);
});

afterAll(async () => {
  if (cluster) await remove(cluster, { apiVersion: 'v1', kind: 'Namespace', name: namespace });
  workspace?.remove();
  await cluster?.close();
});

/** Sets options of inferred targets, and adds more targets. */
function configure(options: Record<string, object>, more: Record<string, object> = {}): void {
  const targets = Object.fromEntries(Object.entries(options).map(([target, own]) => [target, { options: own }]));
  workspace.write('greeter-controller/project.json', JSON.stringify({ targets: { ...targets, ...more } }));
}

/** Runs doctor, and finds its lines by their subject. */
async function doctor(env: Record<string, string> = {}, ...args: string[]) {
  const { all, exitCode } = await workspace.nx(['run', `${project}:doctor`, '--output=json', ...args], env);
  const line = all.split('\n').find((text) => text.startsWith('{"project"'));
  expect(line, all).toBeDefined();
  const { checks, ok } = JSON.parse(line!) as { ok: boolean; checks: Check[] };
  expect(exitCode).toBe(ok ? 0 : 1);
  return { ok, checks, by: (check: string) => checks.find((one) => one.check === check) };
}

interface Kubeconfig {
  clusters: { cluster: { server: string } }[];
  users: { user: object }[];
  contexts: { context: { namespace?: string } }[];
}

/** Writes a changed copy of the kubeconfig to its own file. */
function kubeconfig(name: string, change: (config: Kubeconfig) => void): { KUBECONFIG: string } {
  const config = load(readFileSync(process.env['KUBECONFIG']!, 'utf8')) as Kubeconfig;
  change(config);
  workspace.write(name, dump(config));
  return { KUBECONFIG: workspace.path(name) };
}

describe('nx run <project>:doctor', () => {
  it('doctor reports that everything is in order, and exits with 0', async () => {
    const { ok, checks, by } = await doctor();
    expect(ok, JSON.stringify(checks, undefined, 1)).toBe(true);
    expect(by('go')!.message).toMatch(/^go 1\.\d+\.\d+ \(\/.*\/go\), for go-build$/);
    expect(by('context')).toMatchObject({
      verdict: 'ok',
      message: expect.stringContaining('a cluster on this machine'),
    });
    expect(by('API server')!.message).toMatch(/answers: v1\.\d+/);
    expect(by('registry')!.message).toContain('(announced by the cluster) answers');
    expect(by('nodes')).toMatchObject({ verdict: 'ok' });
    expect(by('manifests')).toMatchObject({ verdict: 'ok' });
    for (const purpose of ['apply', 'observe', 'exec', 'port-forward', 'logs']) {
      expect(by(`right to ${purpose}`)).toMatchObject({ verdict: 'ok' });
    }
    expect(by('inotify')!.message).toMatch(/max_user_watches \d+ \(\d+ used\), max_user_instances \d+ \(\d+ used\)/);
    expect(by('agent')).toMatchObject({ verdict: 'ok' });
  });

  it('doctor names every unknown kind and missing namespace of the manifests', async () => {
    mkdirSync(workspace.path('greeter-controller/config/more'), { recursive: true });
    workspace.write('greeter-controller/config/more/kustomization.yaml', 'resources: [objects.yaml]\n');
    workspace.write(
      'greeter-controller/config/more/objects.yaml',
      ['Gadget', 'Widget']
        .map((kind) => `apiVersion: nowhere.dev/v1\nkind: ${kind}\nmetadata: {name: x, namespace: doctor-system}\n`)
        .concat('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: doctor-nowhere}\n')
        .join('---\n'),
    );
    configure({ 'kustomize-apply': { extraManifests: ['{projectRoot}/config/more/objects.yaml'] } });
    const { ok, checks } = await doctor();
    expect(ok).toBe(false);
    expect(checks.filter(({ check }) => check === 'manifests').map(({ message }) => message)).toEqual([
      'The cluster does not know the kind Gadget of nowhere.dev/v1: Gadget/doctor-system/x',
      'The cluster does not know the kind Widget of nowhere.dev/v1: Widget/doctor-system/x',
      'Namespace/doctor-nowhere is missing: it is to hold ConfigMap/doctor-nowhere/x',
    ]);
  });

  it('dev --once names the same problems in one message, before there is an image, and leaves no temporary file', async () => {
    const temporary = workspace.path('temporary');
    mkdirSync(temporary);
    // Not in Nx's cache: the build has begun when the run fails.
    const program = 'greeter-controller/main.go';
    workspace.write(program, `${workspace.read(program)}\nconst edited = true\n`);
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`, '--once'], { TMPDIR: temporary });
    configure({});
    expect(exitCode, all).toBe(1);
    expect(all).toMatch(/^✖ kustomize-build\n.*manifests\.yaml has 3 problems:$/m);
    for (const kind of ['Gadget', 'Widget']) expect(all).toContain(`The cluster does not know the kind ${kind} of`);
    expect(all).toContain('Namespace/doctor-nowhere is missing');
    expect(all).toContain('dev --once: kustomize-build failed');
    expect(all).not.toContain('image-build');
    expect(readdirSync(temporary).filter((name) => name.startsWith('nx-kube-'))).toEqual([]);
  });

  it('doctor prints one line per check, for a person', async () => {
    const { all } = await workspace.nx(['run', `${project}:doctor`]);
    expect(all).toMatch(/^ok {4}go +go 1\./m);
    expect(all).toMatch(/^ok {4}context +\S+, namespace default: a cluster on this machine$/m);
  });

  it('doctor names each right that the identity lacks', async () => {
    await create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await create(cluster, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'nobody', namespace } });
    const { status } = await cluster.request<{ status: { token: string } }>({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/nobody/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
    });
    const env = kubeconfig('nobody.yaml', ({ users }) => (users[0]!.user = { token: status.token }));
    const { ok, by } = await doctor(env);
    expect(ok).toBe(false);
    expect(by('right to exec')).toEqual({
      check: 'right to exec',
      verdict: 'fail',
      message: 'not allowed: get, create pods/exec in doctor-system',
      next: 'Ask for a Role or ClusterRole with these rules.',
    });
    expect(by('right to apply')!.message).toContain(
      'get, list, watch, create, patch, delete statefulsets.apps in doctor-system',
    );
    expect(by('nodes')).toMatchObject({ verdict: 'warn', message: expect.stringContaining('you may not list nodes') });
  });

  it('doctor checks the rights for further targets and other objects', async () => {
    mkdirSync(workspace.path('greeter-controller/config/beside'), { recursive: true });
    workspace.write('greeter-controller/config/beside/kustomization.yaml', 'resources: [job.yaml]\n');
    workspace.write(
      'greeter-controller/config/beside/job.yaml',
      'apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: beside, namespace: doctor-system}\n',
    );
    configure(
      { 'kustomize-apply': { components: { beside: { path: 'config/beside' } } } },
      {
        secrets: {
          executor: '@nx-kube/executors:secrets',
          options: { secrets: { token: { kind: 'generic', namespace: 'vault', literals: { a: '${HOME}' } } } },
        },
        flux: { executor: '@nx-kube/executors:flux', options: { enabled: true } },
      },
    );
    const { status } = await cluster.request<{ status: { token: string } }>({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/serviceaccounts/nobody/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } },
    });
    const env = kubeconfig('nobody-else.yaml', ({ users }) => (users[0]!.user = { token: status.token }));
    const { by } = await doctor(env);
    expect(by('right to apply')!.message).toContain('cronjobs.batch in doctor-system');
    expect(by('right to make Secrets')!.message).toContain('get, list, create, patch, delete secrets in vault');
    expect(by('right to install Flux')!.message).toContain('* *.*');
    // Both where flux is installed and where it is missing.
    expect(by('flux')!.message).toMatch(/(needed by|for) flux$/);

    workspace.write('greeter-controller/config/beside/kustomization.yaml', 'resources: [none.yaml]\n');
    expect((await doctor()).by('other objects')).toMatchObject({
      verdict: 'warn',
      message: expect.stringMatching(/^Component beside: .*, so the rights for them are not checked$/),
    });
    configure({});
  });

  it('doctor reports an API server that does not answer', async () => {
    const env = kubeconfig('gone.yaml', ({ clusters }) => (clusters[0]!.cluster.server = 'https://127.0.0.1:1'));
    const { by, checks } = await doctor(env);
    expect(by('API server')).toMatchObject({ verdict: 'fail', message: expect.stringContaining('127.0.0.1:1') });
    expect(checks.some(({ check }) => check === 'registry')).toBe(false);
  });

  it('doctor reports a context that is refused, and how to allow it', async () => {
    const env = kubeconfig('remote.yaml', ({ clusters }) => (clusters[0]!.cluster.server = 'https://192.0.2.1:6443'));
    const { by } = await doctor(env);
    expect(by('context')).toMatchObject({
      verdict: 'fail',
      message: expect.stringContaining('is not a local cluster'),
      next: expect.stringContaining('allowContexts'),
    });
  });

  it('doctor reports a registry that does not answer, and a server that is not a registry', async () => {
    const server = createServer((_, answer) => answer.writeHead(404).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      configure({ 'kustomize-apply': { registry: address } });
      expect((await doctor()).by('registry')).toMatchObject({
        verdict: 'fail',
        message: `${address} (the option "registry") is not a registry: http://${address}/v2/ answers with status 404`,
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    const { by } = await doctor();
    expect(by('registry')!.message).toMatch(/does not answer: .*ECONNREFUSED/);
    configure({});
  });

  it('doctor reports a binary for another architecture than the nodes', async () => {
    configure({ 'go-build': { goarch: 's390x' } });
    expect((await doctor()).by('nodes')).toMatchObject({
      verdict: 'fail',
      message: expect.stringMatching(/^linux\/\w+, but the binary is built for linux\/s390x$/),
    });
    configure({});
  });
});

describe('required commands', () => {
  /** A PATH with only Node.js and an old go. */
  function poorPath(): { PATH: string } {
    const bin = workspace.path('poor-bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, `${bin}/node`);
    writeFileSync(`${bin}/go`, '#!/bin/sh\necho go version go1.19.3 linux/amd64\n', { mode: 0o755 });
    return { PATH: bin };
  }

  it('required commands are checked first: one error lists all that are missing or too old', async () => {
    configure({ 'image-build': { dockerfile: 'Dockerfile', builder: 'podman' } });
    const env = poorPath();
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`, '--once', '--output=json'], env);
    expect(exitCode).toBe(1);
    expect(all).toContain('3 required commands are missing or too old:');
    expect(all).toContain(
      `go 1.19.3 (${env.PATH}/go) is too old: at least 1.21.0 is needed; needed by go-build.\n    → Install Go from https://go.dev/dl`,
    );
    expect(all).toContain('kustomize or kubectl is not on PATH (at least kustomize 5.0.0 or kubectl 1.27.0)');
    expect(all).toContain('podman is not on PATH (at least podman 4.0.0); needed by image-build (dockerfile)');
    // No output about a cluster, and nothing in it.
    expect(all).not.toContain('"type":"start"');
    expect(await read(cluster, { apiVersion: 'v1', kind: 'Namespace', name: 'doctor-system' })).toBeUndefined();

    const { by } = await doctor(env);
    expect(by('go')).toMatchObject({ verdict: 'fail' });
    expect(by('helm')).toMatchObject({ verdict: 'ok', message: expect.stringContaining('nothing here needs it') });
  });
});

describe('dev for a user who has all rights, in one namespace only', () => {
  const own = 'doctor-system';
  const group = 'rbac.authorization.k8s.io';
  const meta = { name: 'developer', namespace: own };

  /** A kubeconfig of a ServiceAccount with all verbs in its own namespace. */
  async function restricted(): Promise<{ KUBECONFIG: string }> {
    await create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: own } });
    await create(cluster, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta });
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    await create(cluster, { apiVersion: `${group}/v1`, kind: 'Role', metadata: meta, rules });
    const subjects = [{ kind: 'ServiceAccount', ...meta }];
    const roleRef = { apiGroup: group, kind: 'Role', name: meta.name };
    await create(cluster, { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata: meta, roleRef, subjects });
    const { status } = await cluster.request<{ status: { token: string } }>({
      method: 'POST',
      path: `/api/v1/namespaces/${own}/serviceaccounts/${meta.name}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } },
    });
    return kubeconfig('developer.yaml', ({ users, contexts }) => {
      users[0]!.user = { token: status.token };
      contexts[0]!.context.namespace = own;
    });
  }

  it('dev --once brings the controller up with one warning, doctor warns, and down removes it', async () => {
    workspace.write(
      'greeter-controller/config/default/kustomization.yaml',
      `namespace: ${own}\nnamePrefix: doctor-\nresources: [account.yaml, ../manager]\n`,
    );
    workspace.write(
      'greeter-controller/config/default/account.yaml',
      'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: controller, namespace: system}\n',
    );
    configure({ 'kustomize-apply': { registry: (await localRegistry(cluster))! } });
    const env = await restricted();
    try {
      const dev = await workspace.nx(['run', `${project}:dev`, '--once'], env);
      expect(dev.exitCode, dev.all).toBe(0);
      expect(dev.all.split('⚠')).toHaveLength(2);
      expect(dev.all).toContain('⚠ Your user may not list nodes: the binary is built for the platform of this machine');

      const { by } = await doctor(env);
      expect(by('nodes')).toMatchObject({ verdict: 'warn', next: expect.stringContaining('"goarch"') as string });

      const down = await workspace.nx(['run', `${project}:down`], env);
      expect(down.exitCode, down.all).toBe(0);
      expect(down.all).toContain(`StatefulSet/${own}/${project} deleted`);
      const again = await workspace.nx(['run', `${project}:down`], env);
      expect(again.exitCode, again.all).toBe(0);
      expect(again.all).toContain('Only the namespace of the context was searched');
    } finally {
      await remove(cluster, { apiVersion: 'v1', kind: 'Namespace', name: own });
    }
  });
});
