import {
  answer,
  answerDiscovery,
  fakeApiServer,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { apply } from './apply.js';

let server: FakeApiServer;
let cluster: Cluster;
const live = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'x', namespace: 'n', uid: 'u', resourceVersion: '1', labels: { made: 'by-another' } },
  data: { a: 'theirs', b: 'theirs' },
};
const wanted = { ...live, metadata: { name: 'x', namespace: 'n' }, data: { a: 'mine', b: 'mine' } };

/** Two managers own one field each, until a PATCH says force. */
beforeEach(async () => {
  const causes = ['one', 'two'].map((manager, i) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}" using v1`,
    field: `.data.${'ab'[i]}`,
  }));
  server = await fakeApiServer({
    request: (request, response) => {
      if (answerDiscovery(request, response)) return;
      if (request.method === 'GET') return answer(response, 200, live);
      if (request.url!.includes('force=true')) {
        return answer(response, 200, { ...live, ...wanted, metadata: { ...live.metadata, resourceVersion: '2' } });
      }
      answer(response, 409, { kind: 'Status', reason: 'Conflict', message: 'conflicts', details: { causes } });
    },
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
});
afterEach(async () => {
  await cluster.close();
  await server.close();
});

describe('apply of fields that others own (on a scripted server)', () => {
  it('fields are taken over where the callback allows it for these managers and this object', async () => {
    const asked: unknown[] = [];
    const takeOver = async ({ metadata }: { metadata: object }, managers: readonly string[]) => {
      asked.push([metadata, managers]);
      return true;
    };
    expect(await apply(cluster, [wanted], { takeOver })).toMatchObject([{ action: 'configured' }]);
    expect(asked).toEqual([[live.metadata, ['one', 'two']]]);
  });

  it('fields of one manager are taken over, and those of another one are left', async () => {
    const takeOver = async (_: object, managers: readonly string[]) => managers.join() === 'one';
    const mayLeave = () => true;
    const left = [{ field: '.data.b', manager: 'two' }];
    expect(await apply(cluster, [wanted], { takeOver, mayLeave })).toMatchObject([{ action: 'configured', left }]);
  });

  it('fields are an error where one of them may not be left', async () => {
    const mayLeave = (_: object, { field }: { field: string }) => field === '.data.a';
    await expect(apply(cluster, [wanted], { mayLeave })).rejects.toThrow('other field managers own what it sets');
  });

  it('fields are an error that names the owners where the callback refuses', async () => {
    await expect(apply(cluster, [wanted], { takeOver: async () => false })).rejects.toThrow(
      'ConfigMap/n/x: other field managers own what it sets: .data.a (conflict with "one" using v1), .data.b (conflict with "two" using v1).',
    );
    expect(server.requests.filter((request) => request.includes('force'))).toEqual([]);
  });
});
