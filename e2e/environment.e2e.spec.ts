import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { list, read, type Cluster, type Ref } from '@nx-kube/cluster';
import { auditLog } from '@nx-kube/testing/e2e/audit-log.js';
import { changed, DevLoop, type Event } from '@nx-kube/testing/e2e/dev-loop.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { repository, Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'ocm-controller';
const project = 'ocm-env-controller';
const namespace = 'ocm-env-system';
const marker = `${folder}/pkg/build/marker.go`;
const types = `${folder}/api/v1alpha1/componentversion_types.go`;
const environment = { REGISTRY_USER: 'robot', REGISTRY_TOKEN: 'planted-token-1' };

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop;

/** Writes the developer's own settings, with more lines. */
function settings(more = '', { localPort = 0 } = {}): void {
  workspace.write(
    `${folder}/dev-settings.yaml`,
    `kustomize-apply:
  components:
    unpacker: { enabled: true }
${more.includes('patches:') ? more : ''}
secrets: { enabled: true }
dev:
  portForwards: [{ selector: app=registry, port: 5000, localPort: ${localPort} }]
${more.includes('patches:') ? '' : more}`,
  );
}
const start = () => new DevLoop(workspace, project, [], environment);
const secret = (name: string): Ref => ({ apiVersion: 'v1', kind: 'Secret', namespace, name });
const thePod = async () => {
  const [pod] = await podsOf(cluster, namespace, `app=${project}`);
  return { ...(await runningIn(cluster, namespace, pod!.name)), uid: pod!.uid, restarts: pod!.restarts };
};
let saves = 0;
function save(): void {
  saves += 1;
  workspace.edit(marker, /const Marker = ".*"/, `const Marker = "${project} save ${saves}"`);
}

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder]);
  workspace.renameOcm('ocm-env');
  // A controller that does not release its Lease.
  workspace.edit(`${folder}/main.go`, 'LeaderElectionReleaseOnCancel: true', 'LeaderElectionReleaseOnCancel: false');
  workspace.edit('.gitignore', 'node_modules', 'node_modules\nrsa.pub\ndev-settings.yaml');
  workspace.write(`${folder}/rsa.pub`, 'key one');
  settings();
  loop = start();
});

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces'], environment);
  workspace?.remove();
  await cluster?.close();
});

describe('dev with the environment of an example', () => {
  it('the environment takes at most 60 lines of configuration', () => {
    const lines = readFileSync(join(repository, 'examples', folder, 'project.json'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(60);
  });

  it('the environment comes up with three kinds of secrets, a forward to the registry, and an unpacker after the controller', async () => {
    const { entry } = await loop.first('ledger', ({ entry }) => entry.target === 'secrets');
    expect(entry.outcome).toBe('delivered');
    await loop.up();
    const made = await Promise.all(['regcred', 'creds', 'alice'].map((name) => read(cluster, secret(name))));
    expect(made.map((object) => object?.['type'])).toEqual(['kubernetes.io/dockerconfigjson', 'Opaque', 'Opaque']);
    expect(Buffer.from(made[2]!['data'].alice, 'base64').toString()).toBe('key one');

    const unpacker = await read(cluster, { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'unpacker' });
    const controller = await read(cluster, { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: project });
    expect(unpacker!['status'].readyReplicas).toBe(1);
    const conditions = controller!['status'].conditions as { type: string; lastTransitionTime: string }[];
    const available = conditions.find(({ type }) => type === 'Available')!.lastTransitionTime;
    expect(Date.parse(unpacker!.metadata.creationTimestamp!)).toBeGreaterThanOrEqual(Date.parse(available));

    const forward = await loop.first('forward', ({ state }) => state === 'ok');
    expect((await fetch(`http://${forward['address']}/v2/`)).status).toBe(200);
  });

  it('a second dev sends no write request, as the API server’s audit log shows', async () => {
    await loop.stop();
    const log = auditLog();
    loop = start();
    await loop.up();
    await loop.first('ledger', ({ entry }) => entry.target === 'secrets');
    expect(log.writes()).toEqual([]);
  });

  it("no value of a secret appears in the loop's output", () => {
    const { REGISTRY_TOKEN } = environment;
    const forms = [REGISTRY_TOKEN, Buffer.from(REGISTRY_TOKEN).toString('base64'), 'key one'];
    for (const form of forms) expect(loop.transcript()).not.toContain(form);
  });
});

describe('dev with changing settings and files', () => {
  it('a rotated file of a secret is applied, and the workloads that use the secret are listed', async () => {
    loop.skip();
    const before = await thePod();
    workspace.write(`${folder}/rsa.pub`, 'key two');
    const event = await loop.next('secrets', ({ target }) => target === 'secrets');
    const changes = changed(event['changes']);
    expect(changes).toMatchObject([
      { subject: `Secret/${namespace}/alice`, action: 'configured', fields: ['data.alice'] },
    ]);
    expect(event['dependents']).toEqual([]);
    expect(Buffer.from((await read(cluster, secret('alice')))!['data'].alice, 'base64').toString()).toBe('key two');
    expect(await thePod()).toEqual(before);
  });

  it('a missing file of a secret is an error that names it, until the file is back', async () => {
    loop.skip();
    workspace.rename(`${folder}/rsa.pub`, `${folder}/gone.pub`);
    const failed = await loop.entry('secrets');
    expect(failed).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('names ./rsa.pub, which does not exist'),
    });
    workspace.rename(`${folder}/gone.pub`, `${folder}/rsa.pub`);
    expect(await loop.entry('secrets')).toMatchObject({ outcome: 'unchanged' });
  });

  it('changed port-forwards in the settings open and close, and nothing else happens', async () => {
    const before = await thePod();
    const log = auditLog();
    loop.skip();
    settings('', { localPort: 15_000 });
    expect(await loop.next('settings')).toMatchObject({ options: ['dev.portForwards'], anew: false });
    const { address } = await loop.next('forward', ({ state }) => state === 'ok');
    expect(address).toBe('127.0.0.1:15000');
    expect((await fetch(`http://${address}/v2/`)).status).toBe(200);
    expect(log.writes()).toEqual([]);
    expect(await thePod()).toEqual(before);
  });

  it('a patch in the settings changes its object and no other', async () => {
    const before = await thePod();
    loop.skip();
    settings(
      `  patches:
    - target: { kind: Service, name: registry }
      merge: { metadata: { annotations: { example.com/patched: 'yes' } } }
`,
      { localPort: 15_000 },
    );
    const entry = await loop.entry('kustomize-build');
    const changes = changed(entry['changes']);
    expect(changes).toMatchObject([{ subject: `Service/${namespace}/registry`, action: 'configured' }]);
    expect(await thePod()).toEqual(before);
  });

  it('a mistake in the settings is shown with its place, the loop continues, and a fix is applied', async () => {
    loop.skip();
    workspace.write(`${folder}/dev-settings.yaml`, 'secrets: { enable: true }\n');
    const { message } = await loop.next(
      'target',
      ({ target, state }) => target === 'dev-settings' && state === 'error',
    );
    expect(message).toContain(`${folder}/dev-settings.yaml`);
    expect(message).toContain('secrets.enable');
    expect(message).toContain('Did you mean enabled?');
    save();
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered' });
    settings('', { localPort: 15_000 });
    await loop.next('target', ({ target, state }) => target === 'dev-settings' && state === 'ok');
  });

  it('a process that does not release its Lease is reported to keep the next one waiting', async () => {
    await loop.next('lease', ({ state }) => state === 'leads');
    loop.skip();
    save();
    expect(await loop.next('lease')).toMatchObject({ state: 'waiting' });
    const leads = await loop.next('lease', ({ state }) => state === 'leads');
    expect(leads).toMatchObject({ former: 'expired' });
    expect(leads['ms']).toBeGreaterThan(5000);
  });

  it('other changed settings restart the loop without touching the pod or the cluster', async () => {
    const before = await thePod();
    const log = auditLog();
    loop.skip();
    settings('  releaseLease: true\n', { localPort: 15_000 });
    expect(await loop.next('settings')).toMatchObject({ options: ['dev.releaseLease'], anew: true });
    await loop.next('start');
    await loop.next('healthy');
    expect(log.writes()).toEqual([]);
    expect(await thePod()).toEqual(before);
  });

  it('releaseLease ends the tenure of a process that is gone, so that the next one need not wait', async () => {
    const lease = await leaseOf();
    loop.skip();
    save();
    const leads = await loop.next('lease');
    expect(leads).toMatchObject({ state: 'leads', former: 'released' });
    expect((await leaseOf())['spec'].holderIdentity).not.toBe(lease['spec'].holderIdentity);
  });

  it('an edited type is generated from first, and reaches the cluster as a CRD and in the process', async () => {
    loop.skip();
    settings('  targets: { generate: { before: [go-build, kustomize-build] } }\n', { localPort: 15_000 });
    expect(await loop.next('settings')).toMatchObject({ anew: true });
    await loop.entry('generate');
    await loop.next('healthy');
    const { digest } = await thePod();
    loop.skip();
    const former = new Set(loop.events);
    workspace.edit(
      types,
      /type ComponentVersionSpec struct \{/,
      '$&\n\t// +optional\n\tNote *string `json:"note,omitempty"`\n',
    );
    const { edit } = await loop.next('edit');
    // Skips output of the start. The generated files are an edit of their own.
    const delivered = async (target: string) => {
      const ends = ({ entry }: Event) => entry.target === target && entry.outcome === 'delivered';
      return (await loop.first('ledger', (event) => !former.has(event) && event['edit'] >= edit && ends(event)))[
        'entry'
      ];
    };
    await delivered('generate');
    const { changes } = await delivered('kustomize-build');
    expect(changed(changes)).toMatchObject([
      { subject: 'CustomResourceDefinition/componentversions.ocm-env.example.com', action: 'configured' },
    ]);
    await delivered('go-build');
    // The generated file holds the code that copies the pointer.
    expect(workspace.read(`${folder}/api/v1alpha1/zz_generated.deepcopy.go`)).toContain('in.Note');
    expect((await thePod()).digest).not.toBe(digest);
  });
});

async function leaseOf() {
  const leases = await list(cluster, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace });
  expect(leases).toHaveLength(1);
  return leases[0]!;
}
