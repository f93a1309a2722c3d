import type { ServerResponse } from 'node:http';
import { answer, answerDiscovery, fakeApiServer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../connect/connect.js';
import type { KubeObject, Ref } from '../object/kube-object.js';
import { watchStatus } from './watch-status.js';

const object = (kind: string, name: string, more: Partial<KubeObject> = {}): KubeObject => ({
  ...{ apiVersion: 'v1', kind, metadata: { name, namespace: 'ns', uid: name, resourceVersion: '1' } },
  ...more,
});
const refTo = (kind: string, name: string): Ref => ({ apiVersion: 'v1', kind, namespace: 'ns', name });
const plurals: Record<string, string> = { ConfigMap: 'configmaps', Secret: 'secrets', Pod: 'pods' };

/** A server with these objects, whose watches report what the test tells them. */
async function objectsOf(objects: KubeObject[], { forbidden }: { forbidden?: string } = {}) {
  const watches = new Map<string, ServerResponse>();
  const held = new Map(objects.map((one) => [`/api/v1/namespaces/ns/${plurals[one.kind]}/${one.metadata.name}`, one]));
  const server = await fakeApiServer({
    request: (request, response) => {
      if (answerDiscovery(request, response)) return;
      const { pathname, searchParams } = new URL(request.url!, 'http://fake');
      const plural = pathname.split('/')[5]!;
      if (plural === plurals[forbidden ?? '']) return answer(response, 403, { kind: 'Status', code: 403 });
      if (searchParams.has('watch')) {
        response.flushHeaders();
        return void watches.set(plural, response);
      }
      if (pathname.split('/').length > 6) {
        const found = held.get(pathname);
        return answer(response, found ? 200 : 404, found ?? { kind: 'Status', code: 404, reason: 'NotFound' });
      }
      const items = [...held].filter(([path]) => path.startsWith(`${pathname}/`)).map(([, one]) => one);
      answer(response, 200, { metadata: { resourceVersion: '1' }, items });
    },
  });
  const cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await cluster.close();
    await server.close();
  });
  const seen: string[][] = [];
  let wake = () => {};
  const refs = objects.map(({ kind, metadata }) => refTo(kind, metadata.name));
  watchStatus(cluster, refs, {
    signal: stop.signal,
    onChange: (unready) => {
      seen.push(unready.map(({ ref, status }) => `${ref.kind}/${ref.name} ${status.status}`));
      wake();
    },
  });
  return {
    /** Resolves to the next report. */
    async next(): Promise<string[]> {
      while (!seen.length) await new Promise<void>((resolve) => (wake = resolve));
      return seen.shift()!;
    },
    async tell(type: string, one: KubeObject, { isReallyGone = true } = {}): Promise<void> {
      const plural = plurals[one.kind]!;
      if (type === 'DELETED' && isReallyGone) held.delete(`/api/v1/namespaces/ns/${plural}/${one.metadata.name}`);
      watches.get(plural)!.write(`${JSON.stringify({ type, object: one })}\n`);
    },
  };
}

describe('watchStatus (of a scripted server)', () => {
  it('deleted objects of several kinds are reported together, and again when they are back', async () => {
    const [settings, password, other] = [
      object('ConfigMap', 'settings'),
      object('Secret', 'password'),
      object('Secret', 'b'),
    ];
    const { next, tell } = await objectsOf([settings, password, other]);
    expect(await next()).toEqual([]);
    await tell('DELETED', settings);
    await tell('DELETED', password);
    expect((await next()).sort()).toEqual(['ConfigMap/settings NotFound', 'Secret/password NotFound']);
    await tell('ADDED', settings);
    await tell('ADDED', password);
    expect(await next()).toEqual([]);
  });

  it('an object that is being deleted, and one that is not ready any more, are reported', async () => {
    const conditions = (status: string) => ({ conditions: [{ type: 'Ready', status }] });
    const pod = object('Pod', 'app', { status: { phase: 'Running', ...conditions('True') } });
    const settings = object('ConfigMap', 'settings');
    const { next, tell } = await objectsOf([pod, settings]);
    expect(await next()).toEqual([]);
    const newer = { ...pod.metadata, resourceVersion: '2' };
    await tell('MODIFIED', { ...pod, metadata: newer, status: { phase: 'Running', ...conditions('False') } });
    expect(await next()).toEqual(['Pod/app InProgress']);
    const ending = { ...settings.metadata, resourceVersion: '2', deletionTimestamp: '2026-01-01T00:00:00Z' };
    await tell('MODIFIED', { ...settings, metadata: ending });
    expect((await next()).sort()).toEqual(['ConfigMap/settings Terminating', 'Pod/app InProgress']);
  });

  it('an object that the watch has lost and the server still has is not reported', async () => {
    const [settings, other, password] = [object('ConfigMap', 'a'), object('ConfigMap', 'b'), object('Secret', 'c')];
    const { next, tell } = await objectsOf([settings, other, password]);
    expect(await next()).toEqual([]);
    await tell('DELETED', settings, { isReallyGone: false });
    await tell('DELETED', password);
    expect(await next()).toEqual(['Secret/c NotFound']);
  });

  it('kinds that the user may not watch are left out', async () => {
    const settings = object('ConfigMap', 'a');
    const { next, tell } = await objectsOf([settings, object('Secret', 'b')], { forbidden: 'Secret' });
    expect(await next()).toEqual([]);
    await tell('DELETED', settings);
    expect(await next()).toEqual(['ConfigMap/a NotFound']);
  });
});
