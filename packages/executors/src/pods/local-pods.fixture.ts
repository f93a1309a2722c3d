import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, type Cluster, type KubeObject } from '@nx-kube/cluster';
import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { onTestFinished } from 'vitest';
import type { WebSocket } from 'ws';
import type { LocalAgent } from '../agent/local-agent.spec.fixture.js';

const kindsOfApps = [
  { kind: 'StatefulSet', name: 'statefulsets', namespaced: true, verbs: ['get', 'list', 'watch', 'patch'] },
];
const [stdin, stdout] = [0, 1];

/**
 * A fake API server whose pods are real agents on this machine: an exec into a pod is a session of its agent. It lasts
 * until the test is finished. It is also a registry that has every image.
 */
export class LocalPods {
  server!: FakeApiServer;
  cluster!: Cluster;
  /** The StatefulSet `app`, if there is one. */
  workload: KubeObject | undefined;
  readonly #pods = new Map<string, { object: KubeObject; agent: LocalAgent }>();
  readonly #watches = new Set<ServerResponse>();
  readonly #sessions = new Map<string, WebSocket>();
  #version = 1;

  static async start(): Promise<LocalPods> {
    const pods = new LocalPods();
    pods.server = await fakeApiServer({
      request: (request, response) => pods.#answer(request, response),
      socket: (socket, request) => pods.#connect(socket, request),
    });
    pods.cluster = await connect({ kubeconfigPath: pods.server.kubeconfigPath });
    onTestFinished(async () => {
      await pods.cluster.close();
      await pods.server.close();
    });
    return pods;
  }

  /** A running pod of the StatefulSet, or of another owner, whose container `manager` is the agent. */
  add(name: string, agent: LocalAgent, owner = 'app'): void {
    this.#version += 1;
    const object = {
      ...{ apiVersion: 'v1', kind: 'Pod' },
      metadata: {
        ...{ name, namespace: 'ns', uid: name, resourceVersion: String(this.#version) },
        labels: { app: 'app', 'controller-revision-hash': 'new' },
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: owner, controller: true }],
      },
      spec: { containers: [{ name: 'manager', command: ['/nx-kube/agent', 'run'] }] },
      status: {
        ...{ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
        containerStatuses: [{ name: 'manager', containerID: `run-of-${name}`, ready: true, state: { running: {} } }],
      },
    };
    this.#pods.set(name, { object, agent });
    this.#tell('ADDED', object);
  }

  remove(name: string): void {
    const { object } = this.#pods.get(name)!;
    this.#pods.delete(name);
    this.#version += 1;
    this.#tell('DELETED', {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version) },
    });
  }

  /** Cuts the connection to a pod's agent. */
  cut(name: string): void {
    this.#sessions.get(name)!.terminate();
  }

  #tell(type: string, object: KubeObject): void {
    this.#watches.forEach((watch) => watch.write(`${JSON.stringify({ type, object })}\n`));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { url = '', method } = request;
    const metadata = { resourceVersion: String(this.#version) };
    if (url.startsWith('/v2/')) return void response.writeHead(method === 'PUT' ? 201 : 200).end();
    if (answerDiscovery(request, response)) return;
    if (url === '/apis/apps/v1') return answer(response, 200, { kind: 'APIResourceList', resources: kindsOfApps });
    if (url.includes('watch=true')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      if (url.includes('/pods?')) this.#watches.add(response);
      return;
    }
    if (url.includes('/statefulsets/')) {
      if (this.workload && method === 'GET') return answer(response, 200, this.workload);
      return answer(response, 404, { kind: 'Status', status: 'Failure', reason: 'NotFound', code: 404 });
    }
    if (url.includes('/statefulsets'))
      return answer(response, 200, { metadata, items: this.workload ? [this.workload] : [] });
    if (url.includes('/pods')) {
      return answer(response, 200, { metadata, items: [...this.#pods.values()].map(({ object }) => object) });
    }
    answer(response, 403, { kind: 'Status', status: 'Failure', reason: 'Forbidden', code: 403 });
  }

  #connect(socket: WebSocket, request: IncomingMessage): void {
    const [, name = ''] = /\/pods\/([^/]+)\/exec/.exec(request.url ?? '') ?? [];
    const pod = this.#pods.get(name);
    if (!pod) return socket.terminate();
    const session = pod.agent.exec();
    this.#sessions.set(name, socket);
    socket.on('message', (data: Buffer) => {
      if (data[0] === stdin) session.write(data.subarray(1)).catch(() => socket.terminate());
    });
    socket.on('close', () => session.close());
    const read = async () => {
      for await (const chunk of session.output) socket.send(Buffer.concat([Buffer.from([stdout]), chunk]));
      socket.close();
    };
    read().catch(() => socket.terminate());
  }
}
