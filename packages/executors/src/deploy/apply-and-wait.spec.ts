import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import { encodeFrame, frameType } from '../agent/frames.js';
import type { AgentEvent, RunningBinary } from '../agent/messages.js';
import { configMap, deployment } from '../workload/workload.fixture.js';
import { applyAndWait } from './apply-and-wait.js';
import type { ContentOptions } from './content.js';
import type { DeliveredImages } from './deliver-images.js';
import { deploymentStatus, fakeCluster, type FakeCluster } from './fake-cluster.fixture.js';

const options: ContentOptions = { project: 'app', manifests: 'm.yaml', image: 'image', stateDirectory: '/nowhere' };
const image = { reference: 'registry/app:2', entrypoint: ['/manager'], cmd: [] };
const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
const rendered = () => {
  const workload = deployment('app');
  workload['spec'].selector = { matchLabels: { app: 'app' } };
  return [workload, configMap];
};

/** What was reported, and how the apply ended: `ready`, or with the message of an error. */
function apply(
  { cluster }: FakeCluster,
  { timeoutMs = 20_000, ...images }: Partial<DeliveredImages> & { timeoutMs?: number } = {},
) {
  const reported: string[] = [];
  const waitedFor: string[] = [];
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const onApplied = ({ changes }: { changes: { subject: string; action: string }[] }) =>
    void reported.push(...changes.map(({ subject, action }) => `${subject} ${action}`).sort());
  const ended = applyAndWait(cluster, rendered(), { image, ...images }, options, {
    ...{ timeoutMs, signal: stop.signal, onApplied },
    onStatus: ({ kind }, { status, message }) => status === 'Current' || waitedFor.push(`${kind}: ${message}`),
  }).then(
    () => 'ready',
    (error: Error) => error.message,
  );
  return { reported, waitedFor, ended, stop };
}

/** What the controllers of a real cluster would make of the applied Deployment. */
function rollOut(fake: FakeCluster, { isReady }: { isReady: boolean }): void {
  const { metadata, ...workload } = fake.live('Deployment', 'app')!;
  const annotations = { ...metadata.annotations, 'deployment.kubernetes.io/revision': '1' };
  const owned = (name: string, uid: string) => ({
    ...{ name, namespace: 'demo', labels: { app: 'app' } },
    ownerReferences: [{ apiVersion: 'x', kind: 'x', name: 'x', uid, controller: true }],
  });
  const revision = { 'deployment.kubernetes.io/revision': '1' };
  const replicaSet = { ...owned('app-1', metadata.uid!), uid: 'rs', annotations: revision };
  fake.put({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: replicaSet });
  const state = { running: { startedAt: '2026-01-01T00:00:00Z' } };
  fake.put({
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: owned('app-1-x', 'rs') },
    spec: { containers: [{ name: 'manager', command: ['/nx-kube/agent', 'run'] }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'manager', containerID: 'c', restartCount: 0, ready: isReady, state }],
    },
  });
  fake.put({ ...workload, metadata: { ...metadata, annotations }, status: deploymentStatus(isReady) } as KubeObject);
}

const startedAt = '2026-01-01T00:00:00Z';
const running: RunningBinary = {
  ...{ digest: 'sha256:a', size: 1, pid: 7, source: 'image', state: 'running', startedAt },
};
const lastLines = ['panic: no'];
const exited: AgentEvent = { event: 'exited', pid: 8, code: 2, expected: false, lastLines };

/** A fake agent, which reports what runs and then its events. */
function agent(now: RunningBinary, ...events: AgentEvent[]) {
  const say = (socket: WebSocket, message: object) => {
    const frame = encodeFrame(frameType.control, Buffer.from(JSON.stringify(message)));
    socket.send(Buffer.concat([Buffer.from([1]), frame]));
  };
  return (socket: WebSocket) =>
    socket.once('message', () => {
      say(socket, { type: 'hello', protocol: 1, version: '1', goos: 'linux', goarch: 'amd64', running: now });
      events.forEach((event) => say(socket, { type: 'event', ...event }));
    });
}

describe('applyAndWait (with a fake API server and a fake agent)', () => {
  it('an apply reports its changes once before the workload is ready, and ends when it is ready', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const { reported, ended } = apply(fake);
    await expect.poll(() => reported).toEqual(['ConfigMap/demo/settings created', 'Deployment/demo/app created']);
    rollOut(fake, { isReady: true });
    expect(await ended).toBe('ready');
    expect(reported).toHaveLength(2);
  });

  it('a workload that does not get ready ends the wait with its name', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const { reported, ended } = apply(fake, { timeoutMs: 300 });
    expect(await ended).toMatch(/^Deployment\/demo\/app is not ready after 0 s: /);
    expect(reported).toHaveLength(2);
  });

  it('a process that dies again and again under the agent ends the wait at once, with its last lines', async () => {
    const dead: RunningBinary = { ...running, state: 'backoff', lastExit: { code: 2, lastLines, at: startedAt } };
    const fake = await fakeCluster({ objects: [namespace], socket: agent(dead, exited) });
    const { reported, ended } = apply(fake, { agentImage: 'registry/agent:1', timeoutMs: 600_000 });
    await expect.poll(() => reported).toHaveLength(2);
    rollOut(fake, { isReady: false });
    expect(await ended).toBe(
      'Pod/demo/app-1-x: the process crashes again and again, and exited with code 2. Its last lines:\n    panic: no',
    );
  });

  it('a ready process under the agent ends the wait', async () => {
    const ready: AgentEvent = { event: 'ready', pid: 7, ms: 1 };
    const fake = await fakeCluster({ objects: [namespace], socket: agent(running, ready) });
    const { reported, ended } = apply(fake, { agentImage: 'registry/agent:1' });
    await expect.poll(() => reported).toHaveLength(2);
    rollOut(fake, { isReady: true });
    expect(await ended).toBe('ready');
  });

  it('without the agent no session is opened into the pods', async () => {
    let sessions = 0;
    const fake = await fakeCluster({ objects: [namespace], socket: () => (sessions += 1) });
    const { reported, ended } = apply(fake);
    await expect.poll(() => reported).toHaveLength(2);
    rollOut(fake, { isReady: true });
    expect(await ended).toBe('ready');
    expect(sessions).toBe(0);
  });

  it('the wait reports what it waits for', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const { waitedFor, ended } = apply(fake);
    await expect.poll(() => waitedFor.at(-1)).toBe('Deployment: 0 of 1 replicas exist');
    rollOut(fake, { isReady: true });
    expect(await ended).toBe('ready');
  });

  it('the abort signal ends the wait for the workload', async () => {
    const fake = await fakeCluster({ objects: [namespace] });
    const { reported, ended, stop } = apply(fake);
    await expect.poll(() => reported).toHaveLength(2);
    stop.abort(new Error('stopped'));
    expect(await ended).toBe('stopped');
  });
});
