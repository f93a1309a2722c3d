import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  answer,
  answerDiscovery,
  fakeApiServer,
  kubeconfigFor,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { spyOnWrites } from '@nx-kube/testing/cluster/spy.js';
import { afterEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../api/cluster.js';
import { connect } from '../connect/connect.js';
import { failureIsABug, inBackground } from '../in-background.js';
import { watch, type WatchEvent, type Watcher } from './watch.js';

let server: FakeApiServer;
let cluster: Cluster;
let watcher: Watcher;

afterEach(async () => {
  await watcher?.stop();
  await cluster.close();
  await server.close();
});

function pod(name: string, resourceVersion: string, uid = name) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'n', uid, resourceVersion, managedFields: [{}] },
  };
}

type Answer = (response: ServerResponse) => void;

function listed(resourceVersion: string, ...items: ReturnType<typeof pod>[]): Answer {
  return (response) => answer(response, 200, { kind: 'PodList', metadata: { resourceVersion }, items });
}

/** The events of a watch, after which the server ends it, or leaves it open. */
function watched(events: { type: string; object: unknown }[], { open = false } = {}): Answer {
  return (response) => {
    response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (!open) response.end();
  };
}

function refused(status: number, reason: string): Answer {
  return (response) => answer(response, status, { kind: 'Status', code: status, reason, message: reason });
}

const dropped: Answer = (response) => response.destroy();
const open = watched([], { open: true });

/** Starts a watch against a server that gives these answers to lists and watches, one after the other, the last for ever. */
async function start(lists: Answer[], watches: Answer[], until: (log: string[]) => boolean): Promise<string[]> {
  const next = (answers: Answer[]) => (answers.length > 1 ? answers.shift()! : answers[0]!);
  server = await fakeApiServer({
    request: (request: IncomingMessage, response) => {
      if (answerDiscovery(request, response)) return;
      next(request.url!.includes('watch=true') ? watches : lists)(response);
    },
  });
  cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
  const log: string[] = [];
  await new Promise<void>((resolve) => {
    watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod', namespace: 'n' }, (event) => {
      log.push(lineOf(event));
      if (until(log)) resolve();
    });
  });
  return log;
}

function lineOf(event: WatchEvent): string {
  if (event.type === 'disconnected') return `disconnected ${event.error.message.replace(/^GET [^:]*: /, '')}`;
  if (event.type === 'reconnected') return event.type;
  expect(event.object.metadata.managedFields).toBeUndefined();
  return `${event.type} ${event.object.metadata.name}@${event.object.metadata.resourceVersion}`;
}

function has(...lines: string[]) {
  return (log: string[]) => lines.every((line) => log.includes(line));
}

function watchRequests(): string[] {
  return server.requests
    .filter((line) => line.includes('watch=true'))
    .map((line) => /resourceVersion=(\w*)/.exec(line)![1]!);
}

describe('a watch (of a scripted server)', () => {
  it('lists in pages, then follows', async () => {
    const pages: Answer[] = [
      (response) =>
        answer(response, 200, { metadata: { resourceVersion: '5', continue: 'token' }, items: [pod('a', '1')] }),
      listed('5', pod('b', '2')),
    ];
    const events = [
      { type: 'MODIFIED', object: pod('a', '6') },
      { type: 'DELETED', object: pod('b', '7') },
    ];
    const log = await start(pages, [watched(events, { open: true })], has('deleted b@7'));
    expect(log).toEqual(['added a@1', 'added b@2', 'modified a@6', 'deleted b@7']);
    expect([...watcher.store.keys()]).toEqual(['n/a']);
    await watcher.synced;
    expect(watchRequests()).toEqual(['5']);
  });

  it('takes the end of a watch for normal and goes on from the last version, bookmarks counted', async () => {
    const bookmark = { type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion: '9' } } };
    const log = await start(
      [listed('5')],
      [
        watched([{ type: 'ADDED', object: pod('a', '6') }, bookmark]),
        watched([{ type: 'ADDED', object: pod('b', '10') }]),
        open,
      ],
      has('added b@10'),
    );
    await expect.poll(watchRequests).toEqual(['5', '9', '10']);
    expect(log).toEqual(['added a@6', 'added b@10']);
  });

  it.each([
    ['an event', watched([{ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }])],
    ['an answer', refused(410, 'Expired')],
  ])('lists again when its version is too old, told by %s, and tells the difference', async (_how, expired) => {
    const log = await start(
      [
        listed('5', pod('a', '1'), pod('b', '2'), pod('c', '3'), pod('d', '4', 'first')),
        listed('20', pod('a', '1'), pod('b', '15'), pod('e', '16'), pod('d', '17', 'second')),
      ],
      [expired, open],
      has('deleted c@3'),
    );
    expect(log.slice(4)).toEqual(['modified b@15', 'added e@16', 'deleted d@4', 'added d@17', 'deleted c@3']);
    await expect.poll(watchRequests).toEqual(['5', '20']);
  });

  it('outlives an outage, and tells of its beginning and end once', async () => {
    const log = await start(
      [listed('5', pod('a', '1'))],
      [
        dropped,
        refused(503, 'ServiceUnavailable'),
        dropped,
        watched([{ type: 'ADDED', object: pod('b', '6') }], { open: true }),
      ],
      has('added b@6'),
    );
    expect(log.map((line) => line.replace(/disconnected .*/, 'disconnected'))).toEqual([
      'added a@1',
      'disconnected',
      'reconnected',
      'added b@6',
    ]);
    expect(watchRequests().slice(0, 4)).toEqual(['5', '5', '5', '5']);
  });

  it('that is cut off in the middle of an event loses none', async () => {
    const cut: Answer = (response) => {
      const [first, second] = [pod('a', '6'), pod('b', '7')].map((object) => JSON.stringify({ type: 'ADDED', object }));
      response.write(`${first}\n${second!.slice(0, 30)}`);
      setTimeout(() => response.destroy(), 20);
    };
    const log = await start(
      [listed('5')],
      [cut, watched([{ type: 'ADDED', object: pod('b', '7') }], { open: true })],
      has('added b@7'),
    );
    expect(log.filter((line) => !line.includes('connected'))).toEqual(['added a@6', 'added b@7']);
  });

  it('does not tell the same version twice', async () => {
    const again = [
      { type: 'ADDED', object: pod('a', '6') },
      { type: 'MODIFIED', object: pod('a', '6') },
      { type: 'DELETED', object: pod('never-seen', '6') },
      { type: 'ADDED', object: pod('z', '7') },
    ];
    expect(await start([listed('5')], [watched(again, { open: true })], has('added z@7'))).toEqual([
      'added a@6',
      'added z@7',
    ]);
  });

  it('does not hammer a server that ends each watch at once', async () => {
    await start([listed('5', pod('a', '1'))], [watched([])], has('added a@1'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(watchRequests().length).toBeLessThan(8);
  });

  it.each([403, 401, 404])('that is refused for good with %i says so and ends', async (status) => {
    const log = await start([refused(status, 'No')], [open], has('disconnected No'));
    await expect(watcher.synced).rejects.toMatchObject({ status });
    await watcher.done;
    expect(log).toEqual(['disconnected No']);
  });

  it('that cannot reach the server at first goes on trying', async () => {
    const log = await start([refused(503, 'Down'), listed('5', pod('a', '1'))], [open], has('added a@1'));
    expect(log).toEqual(['disconnected Down', 'reconnected', 'added a@1']);
  });

  it('lists again when the server was made anew under new credentials, whose versions begin anew', async () => {
    let made = 'first';
    server = await fakeApiServer({
      request: (request, response) => {
        if (request.headers.authorization !== `Bearer ${made}`) return refused(401, 'Unauthorized')(response);
        if (answerDiscovery(request, response)) return;
        const isWatch = request.url!.includes('watch=true');
        if (made === 'second') {
          const event = { type: 'ADDED', object: pod('c', '21', 'new c') };
          // as a real one does: nothing up to the version that was asked for
          const ahead = request.url!.includes('resourceVersion=500');
          if (isWatch) return watched(ahead ? [] : [event], { open: true })(response);
          return listed('20', pod('b', '7', 'new b'))(response);
        }
        if (!isWatch) return listed('500', pod('a', '3'), pod('b', '7'))(response);
        made = 'second';
        const written = writeFile(server.kubeconfigPath, kubeconfigFor(server.url, { user: { token: made } }));
        inBackground(
          written.then(() => response.end()),
          failureIsABug,
        );
      },
    });
    await writeFile(server.kubeconfigPath, kubeconfigFor(server.url, { user: { token: made } }));
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod' }, (event) => {
        log.push(lineOf(event));
        if (event.type === 'added' && event.object.metadata.name === 'c') resolve();
      });
    });
    // Another `b` under the same version is another one all the same.
    expect(log).toEqual(['added a@3', 'added b@7', 'deleted b@7', 'added b@7', 'deleted a@3', 'added c@21']);
  });

  it('lists again when the server had stopped, even if it comes back under the same credentials', async () => {
    const former = await fakeApiServer({
      request: (request, response) => {
        if (answerDiscovery(request, response)) return;
        if (request.url!.includes('watch=true')) response.end(() => inBackground(former.close(), failureIsABug));
        else listed('500', pod('a', '3'))(response);
      },
    });
    cluster = await connect({ kubeconfigPath: former.kubeconfigPath });
    const log: string[] = [];
    const seen = new Map<string, () => void>();
    const until = (line: string) => new Promise<void>((resolve) => seen.set(line, resolve));
    const stopped = until(`disconnected The API server ${former.url} does not answer (ECONNREFUSED).`);
    const listedAnew = until('deleted a@3');
    watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod' }, (event) => {
      log.push(lineOf(event));
      seen.get(lineOf(event))?.();
    });
    await stopped;
    server = await fakeApiServer(
      {
        request: (request, response) =>
          answerDiscovery(request, response) ||
          (request.url!.includes('watch=true') ? open : listed('20', pod('b', '4')))(response),
      },
      Number(new URL(former.url).port),
    );
    await listedAnew;
    expect(log.slice(2)).toEqual(['reconnected', 'added b@4', 'deleted a@3']);
  });

  it('lists again when not even a bookmark comes: the server may be waiting for a version far ahead', async () => {
    server = await fakeApiServer({
      request: (request, response) => {
        if (answerDiscovery(request, response)) return;
        const lists = server.requests.filter((line) => !line.includes('watch=true') && line.includes('pods')).length;
        if (request.url!.includes('watch=true')) return response.flushHeaders();
        (lists === 1 ? listed('500', pod('a', '3')) : listed('20', pod('b', '4')))(response);
      },
    });
    const real = await connect({ kubeconfigPath: server.kubeconfigPath });
    cluster = {
      ...spyOnWrites(real).cluster,
      stream: (path, query) => real.stream(path, query, { idleTimeoutMs: 50 }),
    };
    const log: string[] = [];
    await new Promise<void>((resolve) => {
      watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod' }, (event) => {
        log.push(lineOf(event));
        if (log.includes('deleted a@3')) resolve();
      });
    });
    expect(log).toEqual(['added a@3', 'added b@4', 'deleted a@3']);
  });

  it('delivers nothing after it was stopped, even from inside a callback', async () => {
    const log: string[] = [];
    server = await fakeApiServer({
      request: (request, response) =>
        answerDiscovery(request, response) || listed('5', pod('a', '1'), pod('b', '2'))(response),
    });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod' }, (event) => {
      log.push(lineOf(event));
      inBackground(watcher.stop(), failureIsABug);
    });
    await watcher.done;
    expect(log).toEqual(['added a@1']);
  });

  it('does not swallow what the callback throws', async () => {
    server = await fakeApiServer({
      request: (request, response) => answerDiscovery(request, response) || listed('5', pod('a', '1'))(response),
    });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod' }, () => {
      throw new Error('a bug of the caller');
    });
    await expect(watcher.done).rejects.toThrow('a bug of the caller');
  });

  it('ends by its signal', async () => {
    const abort = new AbortController();
    server = await fakeApiServer({
      request: (request, response) =>
        answerDiscovery(request, response) || (request.url!.includes('watch=true') ? open : listed('5'))(response),
    });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod', signal: abort.signal }, () => {});
    await watcher.synced;
    abort.abort();
    await watcher.done;
  });
});
