import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { list, remove, type Cluster } from '@nx-kube/cluster';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { podsOf, runningIn, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'ocm-controller';
const project = 'ocm-control-controller';
const namespace = 'ocm-control-system';
const marker = `${folder}/pkg/build/marker.go`;
const manifest = `${folder}/config/registry/service.yaml`;

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder]);
  workspace.renameOcm('ocm-control');
  workspace.configure(folder, {
    dev: {
      triggerModes: { 'kustomize-build': 'manual' },
      portForwards: [{ selector: 'app=registry', port: 5000, localPort: 0 }],
    },
  });
});

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

/** Runs a target as in another terminal, and expects it to succeed. Returns its output. */
async function run(target: string, ...args: string[]): Promise<string> {
  const { all, exitCode } = await workspace.nx(['run', `${project}:${target}`, ...args]);
  expect(exitCode, all).toBe(0);
  return all;
}

/** Parses the line of JSON in a target's output. */
async function json(target: string, ...args: string[]) {
  const printed = await run(target, '--output=json', ...args);
  return JSON.parse(printed.split('\n').find((line) => line.startsWith('{'))!);
}
type Status = { targets: { target: string; mode: string; paused: boolean; waiting: string[]; state: string }[] };
const stateOf = (status: Status, target: string) => status.targets.find((one) => one.target === target)!;

const digest = async () => {
  const [pod] = await podsOf(cluster, namespace, `app=${project}`);
  return (await runningIn(cluster, namespace, pod!.name)).digest;
};
let saves = 0;
/** Saves another version of the controller. Returns the text that it logs at its start. */
function saveAnother(): string {
  saves += 1;
  const text = `control save ${saves}`;
  workspace.edit(marker, /const Marker = ".*"/, `const Marker = "${text}"`);
  return text;
}

describe('control commands without a loop', () => {
  it.each(['status', 'pause', 'resume', 'trigger --targets=go-build'])(
    '%s reports that no loop is running',
    async (line) => {
      const [target, ...args] = line.split(' ');
      const { all, exitCode } = await workspace.nx(['run', `${project}:${target}`, ...args]);
      expect(exitCode).toBe(1);
      expect(all.split(`No dev of ${project} is running`)).toHaveLength(2);
      expect(all).toContain(`→ Start it with nx run ${project}:dev.`);
    },
  );
});

describe('control commands for a running dev, from another terminal', () => {
  it('status reports the loop, for people and as JSON', async () => {
    loop = new DevLoop(workspace, project);
    await loop.up();
    const status = await json('status');
    expect(status).toMatchObject({ project, context: cluster.context, healthy: true });
    expect(stateOf(status, 'go-build')).toMatchObject({ mode: 'auto', paused: false, waiting: [], state: 'ok' });
    expect(stateOf(status, 'kustomize-build')).toMatchObject({ mode: 'manual', waiting: [] });
    expect(status.pods).toMatchObject([{ state: 'current', digest: await digest() }]);

    const printed = await run('status');
    expect(printed).toContain(`${project} in ${cluster.context}: healthy`);
    expect(printed).toMatch(/ {2}go-build +auto +ok +start delivered in /);
  });

  it('a paused loop collects edits', async () => {
    const before = await digest();
    const paused = await json('pause', '--targets=go-build');
    expect(stateOf(paused, 'go-build')).toMatchObject({ paused: true, waiting: [] });
    expect(stateOf(paused, 'image-build')).toMatchObject({ paused: false });

    loop.skip();
    saveAnother();
    await loop.next('edit');
    saveAnother();
    workspace.edit(`${folder}/controllers/greeting.go`, 'package controllers', 'package controllers // edited');
    await loop.next('edit', ({ files }) => files.includes(`${folder}/controllers/greeting.go`));
    expect(stateOf(await json('status'), 'go-build').waiting).toEqual([`${folder}/controllers/greeting.go`, marker]);
    expect(await run('status')).toContain('paused, 2 files waiting');
    expect(await digest()).toBe(before);
  });

  it('a resumed loop delivers the newest state once', async () => {
    const text = saveAnother();
    await loop.next('edit');
    loop.skip();
    const resumed = await json('resume');
    expect(stateOf(resumed, 'go-build')).toMatchObject({ paused: false, waiting: [] });
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered', pods: 1 });
    await loop.first('log', ({ line }) => line.includes(text));

    // A second pass would come before that of the next edit.
    const last = saveAnother();
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'delivered' });
    await loop.first('log', ({ line }) => line.includes(last));
    const delivered = loop.events.filter(
      ({ type, entry }) => type === 'ledger' && entry.target === 'go-build' && entry.outcome === 'delivered',
    );
    expect(delivered).toHaveLength(3);
  });

  it('trigger runs its targets, edited or not', async () => {
    loop.skip();
    await run('trigger', '--targets=go-build');
    expect(await loop.entry('go-build')).toMatchObject({ outcome: 'unchanged' });
  });

  it('a target in trigger mode manual keeps its edits until it is triggered', async () => {
    loop.skip();
    workspace.edit(manifest, '  labels:\n', '  labels:\n    team: blue\n');
    await loop.next('edit');
    expect(stateOf(await json('status'), 'kustomize-build').waiting).toEqual([manifest]);
    await run('trigger', '--targets=kustomize-build');
    expect((await loop.entry('kustomize-build'))['changes']).toContainEqual(
      expect.objectContaining({ subject: `Service/${namespace}/registry`, action: 'configured' }),
    );
    expect(stateOf(await json('status'), 'kustomize-build').waiting).toEqual([]);
  });

  it('an unknown target is an error that names the known ones', async () => {
    const { all, exitCode } = await workspace.nx(['run', `${project}:trigger`, '--targets=go-bild']);
    expect(exitCode).toBe(1);
    expect(all).toContain('The loop has no target "go-bild"');
    expect(all).toContain('→ Use one of go-build, kustomize-build, image-build.');
  });
});

describe('logs', () => {
  it('logs of the workload are prefixed and readable, or raw as JSON', async () => {
    const [pod] = await podsOf(cluster, namespace, `app=${project}`);
    expect(await run('logs')).toMatch(/Starting the manager.*build=/);
    const { line, ...from } = await json('logs', '--tail=1');
    expect(from).toEqual({ pod: pod!.name, container: 'manager' });
    expect(line).toEqual(expect.any(String));
  });

  it('logs of other pods are selected by label, and limited by --tail and --since', async () => {
    const lines = (printed: string) => printed.split('\n').filter((line) => line.startsWith('{'));
    const all = lines(await run('logs', '--selector=app=registry', '--output=json'));
    expect(all.length).toBeGreaterThan(0);
    expect(all.map((line) => JSON.parse(line).container)).toContain('registry');
    expect(lines(await run('logs', '--selector=app=registry', '--output=json', '--tail=1'))).toHaveLength(1);
    expect(lines(await run('logs', '--selector=app=registry', '--output=json', '--since=0s'))).toEqual([]);
    expect(await run('logs', '--selector=app=nobody')).toContain(`no pods fit app=nobody in ${namespace}`);
  });
});

describe('port-forwards of dev', () => {
  const forwarded = () => loop.events.findLast(({ type, state }) => type === 'forward' && state === 'ok')!;
  const get = async () => (await fetch(`http://${forwarded()['address']}/v2/`)).status;

  it('a port-forward carries requests to pods by label', async () => {
    expect(forwarded()).toMatchObject({ name: 'app=registry:5000' });
    expect(await get()).toBe(200);
    const { forwards } = await json('status');
    expect(forwards).toMatchObject([{ name: 'app=registry:5000', state: 'ok', address: forwarded()['address'] }]);
  });

  it('a port-forward survives the replacement of its pod, and shows its state meanwhile', async () => {
    const { address } = forwarded();
    loop.skip();
    for (const { metadata } of await list(cluster, {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace,
      labelSelector: 'app=registry',
    })) {
      await remove(cluster, { apiVersion: 'v1', kind: 'Pod', namespace, name: metadata.name });
    }
    await loop.next('forward', ({ state }) => state === 'failing');
    await loop.next('forward', ({ state }) => state === 'ok');
    expect(forwarded()['address']).toBe(address);
    expect(await get()).toBe(200);
  });

  it('a port-forward to a port that is taken is one clear error', async () => {
    await loop.stop();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    workspace.configure(folder, { dev: { portForwards: [{ selector: 'app=registry', port: 5000, localPort: port }] } });
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`]);
    taken.close();
    expect(exitCode).toBe(1);
    expect(all.split(`portForwards[0]: port ${port} on 127.0.0.1 is in use`)).toHaveLength(2);
    expect(all).toContain('→ Stop the program that uses it');
  });
});
