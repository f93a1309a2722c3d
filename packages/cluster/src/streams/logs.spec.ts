import {
  answer,
  fakeApiServer,
  type FakeApiScript,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { logs } from './logs.js';

let server: FakeApiServer;
let cluster: Cluster;

afterEach(async () => {
  await cluster.close();
  await server.close();
});

async function start(script: FakeApiScript): Promise<void> {
  server = await fakeApiServer(script);
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
}

const of = { namespace: 'n', pod: 'p', container: 'c' };

describe('logs (from a scripted server)', () => {
  it('logs pass their options to the server', async () => {
    await start({ request: (_request, response) => response.end('a\nb') });
    const seen: string[] = [];
    for await (const line of logs(cluster, { ...of, tailLines: 5, previous: true, timestamps: true })) seen.push(line);
    expect(seen).toEqual(['a', 'b']);
    expect(server.requests).toEqual([
      'GET /api/v1/namespaces/n/pods/p/log?container=c&tailLines=5&previous=true&timestamps=true',
    ]);
  });

  it('logs that are cut off end with an error after the received lines', async () => {
    await start({
      request: (_request, response) => {
        response.write('one\n');
        setTimeout(() => response.destroy(), 20);
      },
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const line of logs(cluster, { ...of, follow: true })) seen.push(line);
    })();
    await expect(reading).rejects.toMatchObject({ status: 0 });
    expect(seen).toEqual(['one']);
  });

  it('logs that the server refuses are an error with its reason', async () => {
    const message = 'container "c" in pod "p" is waiting to start: ContainerCreating';
    await start({
      request: (_request, response) => answer(response, 400, { kind: 'Status', reason: 'BadRequest', message }),
    });
    await expect(logs(cluster, of)[Symbol.asyncIterator]().next()).rejects.toThrow(message);
  });
});
