import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { apply } from './apply.js';

let server: FakeApiServer;
let cluster: Cluster;

afterEach(async () => {
  await cluster.close();
  await server.close();
});

/** Answers each PATCH with the next of these failures, then with success. */
async function start(failures: { status: number; message: string; headers?: Record<string, string> }[]): Promise<void> {
  server = await fakeApiServer({
    request: (request, response, body) => {
      if (answerDiscovery(request, response)) return;
      if (request.method === 'GET') return answer(response, 404, { kind: 'Status', reason: 'NotFound' });
      const failure = failures.shift();
      if (failure?.status === 0) return void request.socket.destroy();
      if (failure)
        return answer(response, failure.status, { kind: 'Status', message: failure.message }, failure.headers);
      const object = JSON.parse(body) as { metadata: object };
      answer(response, 200, {
        ...object,
        metadata: { ...object.metadata, uid: 'u', resourceVersion: '1', generation: 1 },
      });
    },
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
}

const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'n' }, data: { a: 'b' } };

describe('apply (to a scripted server)', () => {
  it('apply retries transient failures within its time limit', async () => {
    await start([
      { status: 429, message: 'slow down', headers: { 'retry-after': '0' } },
      { status: 500, message: 'Internal error occurred: failed calling webhook "x": connect: connection refused' },
      { status: 0, message: '' },
      { status: 503, message: 'etcdserver: leader changed' },
    ]);
    const retried: string[] = [];
    const changes = await apply(cluster, [object], {
      retry: { onRetry: (error) => retried.push((error as Error).message) },
    });
    expect(changes).toEqual([
      {
        subject: 'ConfigMap/n/x',
        ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name: 'x' },
        action: 'created',
        uid: 'u',
        generation: 1,
      },
    ]);
    // A request whose connection broke is sent again without a report.
    expect(retried).toEqual([
      'ConfigMap/n/x: slow down.',
      expect.stringContaining('failed calling webhook') as string,
      'ConfigMap/n/x: etcdserver: leader changed.',
    ]);
  });

  it('apply ends with the last error when its time is over', async () => {
    await start(Array.from({ length: 1_000 }, () => ({ status: 503, message: 'down' })));
    await expect(apply(cluster, [object], { retry: { forMs: 200 } })).rejects.toThrow('ConfigMap/n/x: down');
  });

  it('apply asks for strict validation and names its field manager', async () => {
    await start([]);
    await apply(cluster, [object], { force: true });
    expect(server.requests.at(-1)).toBe(
      'PATCH /api/v1/namespaces/n/configmaps/x?fieldManager=nx-kube&force=true&fieldValidation=Strict',
    );
  });

  it('an aborted apply sends nothing more', async () => {
    await start([]);
    const abort = new AbortController();
    abort.abort();
    await expect(apply(cluster, [object], { signal: abort.signal })).rejects.toThrow(/abort/i);
    expect(server.requests).toEqual([]);
  });

  it('apply waits for a kind that is established but not served yet', async () => {
    const kinds = (...entries: [kind: string, name: string][]) => ({
      resources: entries.map(([kind, name]) => ({ kind, name, namespaced: false, verbs: [] })),
    });
    let asked = 0;
    let patched = 0;
    server = await fakeApiServer({
      request: (request, response, body) => {
        const notFound = () => answer(response, 404, { kind: 'Status', reason: 'NotFound', message: 'not served yet' });
        if (request.url === '/apis/apiextensions.k8s.io/v1') {
          return answer(response, 200, kinds(['CustomResourceDefinition', 'customresourcedefinitions']));
        }
        if (request.url === '/apis/x.dev/v1')
          return ++asked > 3 ? answer(response, 200, kinds(['X', 'xs'])) : notFound();
        if (request.method === 'GET') return notFound();
        if (request.url!.startsWith('/apis/x.dev') && ++patched < 3) return notFound();
        const status = { conditions: [{ type: 'Established', status: 'True' }] };
        answer(response, 200, { ...(JSON.parse(body) as object), status });
      },
    });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'xs.x.dev' },
      spec: { group: 'x.dev', scope: 'Cluster', names: { kind: 'X' } },
    };
    const changes = await apply(cluster, [{ apiVersion: 'x.dev/v1', kind: 'X', metadata: { name: 'x' } }, crd]);
    expect(changes.map(({ subject, action }) => [subject, action])).toEqual([
      ['X/x', 'created'],
      ['CustomResourceDefinition/xs.x.dev', 'created'],
    ]);
    // A missing path may have moved, so each of the two refused applies asks for the kinds again.
    expect([asked, patched]).toEqual([6, 3]);
  });

  it('apply finds a kind whose definition was recreated with another scope', async () => {
    let scope = 'Namespaced';
    const definition = () => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'xs.x.dev', uid: scope, resourceVersion: '1' },
      spec: { group: 'x.dev', scope, names: { kind: 'X' } },
      status: { conditions: [{ type: 'Established', status: 'True' }] },
    });
    server = await fakeApiServer({
      request: (request, response, body) => {
        const kinds = (kind: string, name: string, namespaced: boolean) =>
          answer(response, 200, { resources: [{ kind, name, namespaced, verbs: [] }] });
        const { url = '', method } = request;
        if (url.endsWith('/apiextensions.k8s.io/v1'))
          return kinds('CustomResourceDefinition', 'customresourcedefinitions', false);
        if (url === '/apis/x.dev/v1') return kinds('X', 'xs', scope === 'Namespaced');
        if (method === 'GET') return answer(response, 404, { kind: 'Status', reason: 'NotFound' });
        if (url.includes('customresourcedefinitions')) {
          scope = (JSON.parse(body) as { spec: { scope: string } }).spec.scope;
          return answer(response, 200, definition());
        }
        answer(response, 200, JSON.parse(body));
      },
    });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    const custom = { apiVersion: 'x.dev/v1', kind: 'X', metadata: { name: 'x' } };
    const crd = (to: string) => [{ ...definition(), spec: { ...definition().spec, scope: to } }];
    await apply(cluster, crd('Namespaced'));
    await apply(cluster, [custom]);
    await apply(cluster, crd('Cluster'));
    await apply(cluster, [custom]);
    const paths = server.requests.filter((line) => /PATCH .*\/x\?/.test(line)).map((line) => line.split('?')[0]);
    expect(paths).toEqual(['PATCH /apis/x.dev/v1/namespaces/default/xs/x', 'PATCH /apis/x.dev/v1/xs/x']);
  });
});
