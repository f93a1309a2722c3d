import { ApiError, applySetId, explain, type ApiRequest, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { readSecrets } from '../read/read-secrets.js';
import { applySecrets } from './apply-secrets.js';
import { dependentsOf } from './dependents.js';

const env = { TOKEN: 'hunter2-token' };
const base64 = Buffer.from(env.TOKEN).toString('base64');

/** Returns a fake cluster that answers by `METHOD path`, to inject refusals and failures. */
function scripted(answer: (call: string, request: ApiRequest) => unknown): Cluster {
  const kinds: Record<string, string> = {
    Secret: 'secrets',
    Namespace: 'namespaces',
    ServiceAccount: 'serviceaccounts',
    Pod: 'pods',
  };
  return {
    ...{ context: 'c', server: 's', namespace: 'ns' },
    request: async <T>(request: ApiRequest) => answer(`${request.method} ${request.path}`, request) as T,
    discover: async (_, kind) => ({
      resource: kinds[kind] ?? `${kind.toLowerCase()}s`,
      namespaced: kind !== 'Namespace',
      verbs: [],
    }),
    stream: () => Promise.reject(new Error('not scripted')),
    socket: () => Promise.reject(new Error('not scripted')),
    close: async () => {},
  };
}

const notFound = () => new ApiError('configuration', 'not found', { status: 404, reason: 'NotFound' });

async function failure(
  answer: (call: string, request: ApiRequest) => unknown,
): Promise<{ error: unknown; calls: string[] }> {
  const calls: string[] = [];
  const cluster = scripted((call, request) => {
    calls.push(request.query?.['dryRun'] ? `dry ${call}` : call);
    if (call === 'GET /api/v1/namespaces/ns') return { kind: 'Namespace', metadata: { name: 'ns' } };
    return answer(call, request);
  });
  const spec = { name: 's', kind: 'generic', literals: { token: '${TOKEN}' } };
  const { secrets, redactor } = await readSecrets([spec], { projectDirectory: '/', env });
  const set = { name: 'set', namespace: 'ns' };
  const error: unknown = await applySecrets(cluster, secrets, { set, redactor }).catch((thrown: unknown) => thrown);
  return { error, calls };
}

describe('applySecrets', () => {
  it('a webhook’s refusal that quotes values is reported without them, and nothing is written', async () => {
    const { error, calls } = await failure((call) => {
      if (call.startsWith('GET')) throw notFound();
      if (call.endsWith('/set')) return { metadata: { name: 'set', uid: 'u' } };
      const message = `Secret/ns/s: admission webhook denied: token "${env.TOKEN}" (${base64}) is weak`;
      throw new ApiError('configuration', message, { status: 403, reason: 'Forbidden', next: `Change ${env.TOKEN}.` });
    });
    expect(explain(error)).toBe(
      'Secret/ns/s cannot be applied: admission webhook denied: token "***" (***) is weak.\n  → Change ***.',
    );
    expect(calls.filter((call) => !/^(GET|dry) /.test(call))).toEqual([]);
  });

  it('a failed write that quotes values is reported without them, and keeps its kind for a retry', async () => {
    const { error } = await failure((call, { query }) => {
      if (call.startsWith('GET')) throw notFound();
      if (query?.['dryRun'] || call.endsWith('/set')) return { metadata: { name: 's', uid: 'u' } };
      throw new ApiError('configuration', `cannot store ${env.TOKEN}`, {
        status: 409,
        reason: 'Conflict',
        cause: new Error(base64),
      });
    });
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 409, message: 'cannot store ***.' });
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).stack).not.toContain(env.TOKEN);
  });

  it('missing rights to recreate, to delete and to write the set’s parent are reported before anything is written', async () => {
    const id = applySetId({ name: 'set', namespace: 'ns', kind: 'Secret', group: '' });
    const secret = (name: string, metadata: object) => ({
      ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', immutable: true, data: {} },
      metadata: { name, namespace: 'ns', uid: name, ...metadata },
    });
    const labels = { 'applyset.kubernetes.io/part-of': id };
    const live: Record<string, object> = {
      s: secret('s', { labels }),
      set: secret('set', {
        labels: { 'applyset.kubernetes.io/id': id },
        annotations: {
          'applyset.kubernetes.io/tooling': 'nx-kube/v0.0.0',
          'applyset.kubernetes.io/contains-group-kinds': 'Secret',
          'applyset.kubernetes.io/additional-namespaces': 'former',
        },
      }),
    };
    const { error, calls } = await failure((call, { method, subject }) => {
      if (method === 'GET' && subject) return live[subject.name];
      if (method === 'GET')
        return { metadata: {}, items: call.includes('/ns/') ? [live['s'], secret('gone', { labels })] : [] };
      if (method === 'PATCH' && subject!.name === 's')
        throw new ApiError('configuration', 'field is immutable', { status: 422, reason: 'Invalid' });
      throw new ApiError('configuration', `Secret/ns/${subject!.name}: cannot ${method}`, {
        ...{ status: 403, reason: 'Forbidden', next: 'Ask for the permission.' },
      });
    });
    expect(explain(error)).toBe(
      '3 mistakes in the secrets, so nothing was changed:\n' +
        '  Secret/ns/s cannot be applied: cannot DELETE. → Ask for the permission.\n' +
        '  Secret/ns/gone cannot be deleted: cannot DELETE. → Ask for the permission.\n' +
        '  Secret/ns/set cannot be applied: cannot PATCH. → Ask for the permission.\n' +
        '  → Fix all of them, then run the target again.',
    );
    expect(calls.filter((call) => !/^(GET|dry) /.test(call))).toEqual([]);
  });

  it('a failure that is no refusal is thrown as it is, without values', async () => {
    const { error } = await failure(() => {
      throw new TypeError(`bug with ${env.TOKEN}`);
    });
    expect(error).toMatchObject({ message: 'bug with ***' });
  });
});

describe('dependentsOf', () => {
  it('kinds that the user may not list are reported', async () => {
    const cluster = scripted((call): { items: KubeObject[]; metadata: object } => {
      if (!call.includes('serviceaccounts'))
        throw new ApiError('configuration', 'no', { status: 403, reason: 'Forbidden' });
      const account = {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'a', namespace: 'ns' },
        secrets: [{ name: 's' }],
      };
      return { items: [account], metadata: {} };
    });
    const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'ns', name: 's' };
    const found = await dependentsOf(cluster, [{ subject: 'Secret/ns/s', ref, action: 'configured' }]);
    expect(found.dependents).toEqual([{ secret: 'Secret/ns/s', subject: 'ServiceAccount/ns/a', uses: ['secrets'] }]);
    expect(found.unseen).toEqual(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'CronJob', 'Job', 'Pod']);
  });
});
