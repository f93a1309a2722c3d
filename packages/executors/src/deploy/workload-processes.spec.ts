import { connect, type Cluster, type NxKubeError } from '@nx-kube/cluster';
import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { encodeFrame, frameType } from '../agent/frames.js';
import type { AgentEvent, RunningBinary } from '../agent/messages.js';
import { WorkloadProcesses } from './workload-processes.js';

let server: FakeApiServer;
let cluster: Cluster;
let stop: AbortController;

afterEach(async () => {
  stop.abort();
  await cluster.close();
  await server.close();
});

const workload = {
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet' },
  metadata: { name: 'app', namespace: 'ns', uid: 'app', generation: 1 },
  spec: { selector: { matchLabels: { app: 'app' } } },
  status: { observedGeneration: 1, updateRevision: 'new' },
};
const podOf = (revision: string) => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name: 'app-0', namespace: 'ns', uid: 'app-0', resourceVersion: '1' },
    labels: { 'controller-revision-hash': revision },
    ownerReferences: [{ controller: true, uid: 'app' }],
  },
  spec: { containers: [{ name: 'manager', command: ['/nx-kube/agent', 'run'] }] },
  status: { containerStatuses: [{ name: 'manager', containerID: 'c', state: { running: {} } }] },
});
const kindsOfApps = [{ kind: 'StatefulSet', name: 'statefulsets', namespaced: true, verbs: ['get'] }];
const lastLines = ['panic: no'];
const running: RunningBinary = {
  ...{ digest: 'sha256:a', size: 1, pid: 7, source: 'image', state: 'running' },
  startedAt: '2026-01-01T00:00:00Z',
};
const dead: RunningBinary = { ...running, state: 'backoff', lastExit: { code: 2, lastLines, at: running.startedAt } };
const exited: AgentEvent = { event: 'exited', pid: 8, code: 2, expected: false, lastLines };
const started: AgentEvent = {
  ...{ event: 'started', pid: 9, source: 'image', reason: 'backoff' },
  startedAt: running.startedAt,
};
const ready: AgentEvent = { event: 'ready', pid: 9, ms: 1 };

interface Script {
  revision?: string;
  /** What the agent reports as running, and its events. */
  agent: [RunningBinary, ...AgentEvent[]];
  /** The events come in one part with the hello. */
  together?: boolean;
  /** Its events after three lists of the pods: by the watch, by the wait, and by the judge of a crash. */
  later?: AgentEvent[];
}

async function follow({ revision = 'new', agent, together = false, later = [] }: Script) {
  let lists = 0;
  let session!: WebSocket;
  const standardOutput = Buffer.from([1]);
  const frameOf = (message: object) => encodeFrame(frameType.control, Buffer.from(JSON.stringify(message)));
  const say = (socket: WebSocket, ...messages: object[]) =>
    socket.send(Buffer.concat([standardOutput, ...messages.map(frameOf)]));
  server = await fakeApiServer({
    request: (request, response) => {
      const { url = '' } = request;
      if (answerDiscovery(request, response)) return;
      if (url === '/apis/apps/v1') answer(response, 200, { kind: 'APIResourceList', resources: kindsOfApps });
      else if (url.includes('/statefulsets/')) answer(response, 200, workload);
      else if (url.includes('watch=true')) response.flushHeaders();
      else if (url.includes('/statefulsets')) answer(response, 200, { metadata: {}, items: [workload] });
      else {
        answer(response, 200, { metadata: { resourceVersion: '1' }, items: [podOf(revision)] });
        lists += 1;
        if (lists === 3) later.forEach((event) => say(session, { type: 'event', ...event }));
      }
    },
    socket: (socket) =>
      socket.once('message', () => {
        session = socket;
        const [now, ...events] = agent;
        const hello = { type: 'hello', protocol: 1, version: '1', goos: 'linux', goarch: 'amd64', running: now };
        const all = [hello, ...events.map((event) => ({ type: 'event', ...event }))];
        if (together) say(socket, ...all);
        else all.forEach((message) => say(socket, message));
      }),
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  stop = new AbortController();
  let report!: (error: NxKubeError) => void;
  const crashed = new Promise<NxKubeError>((resolve) => (report = resolve));
  const options = { storeDirectory: '/nowhere', onCrashing: report, signal: stop.signal };
  const processes = new WorkloadProcesses(cluster, options);
  await processes.follow({ workload, container: { name: 'manager' } });
  return Promise.race([crashed, processes.settled(60_000).then(() => 'settled')]);
}

describe('WorkloadProcesses (a fake API server and agent)', () => {
  it('a process that crashes repeatedly is reported with its last lines, also if it first crashed before the connection', async () =>
    expect(await follow({ agent: [dead, exited] })).toMatchObject({
      culprit: 'user-code',
      message:
        'Pod/ns/app-0: the process crashes again and again, and exited with code 2. Its last lines:\n    panic: no',
      next: 'Fix the program, or its arguments and environment.',
    }));

  it.each<[string, Script]>([
    ['are ready', { agent: [running, ready] }],
    ['are ready after a crash', { agent: [dead, started, ready] }],
    ['started again while the agent answered', { agent: [dead, started, ready], together: true }],
    ['die in a pod that is about to be replaced', { agent: [dead, exited], later: [started, ready], revision: 'old' }],
  ])('the wait for the workload settles where its processes %s', async (_, script) =>
    expect(await follow(script)).toBe('settled'),
  );
});
