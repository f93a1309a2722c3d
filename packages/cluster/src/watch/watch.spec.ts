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

/** Answers a watch with these events. Then the server ends it, or leaves it open. */
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

/** Starts a watch against a server with these answers to lists and watches, in order; the last one repeats. */
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

describe('watch (of a scripted server)', () => {
  it('a watch lists in pages, then follows', async () => {
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

  it('a watch that the server ends resumes from the last version, including bookmarks', async () => {
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
  ])(
    'a watch whose version is too old, as shown by %s, lists again and reports the difference',
    async (_how, expired) => {
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
    },
  );

  it('a watch survives an outage, and reports its beginning and end once', async () => {
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

  it('a watch that is cut off in the middle of an event loses none', async () => {
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

  it('a watch does not report the same version twice', async () => {
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

  it('a watch does not hammer a server that ends each request at once', async () => {
    await start([listed('5', pod('a', '1'))], [watched([])], has('added a@1'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(watchRequests().length).toBeLessThan(8);
  });

  it.each([403, 401, 404])('a watch that is refused with %i reports it and ends', async (status) => {
    const log = await start([refused(status, 'No')], [open], has('disconnected No.'));
    await expect(watcher.synced).rejects.toMatchObject({ status });
    await watcher.done;
    expect(log).toEqual(['disconnected No.']);
  });

  it('a watch that cannot reach the server at first keeps trying', async () => {
    const log = await start([refused(503, 'Down'), listed('5', pod('a', '1'))], [open], has('added a@1'));
    expect(log).toEqual(['disconnected Down.', 'reconnected', 'added a@1']);
  });

  it('a watch lists again when the server was recreated under new credentials, with versions from the start', async () => {
    let made = 'first';
    server = await fakeApiServer({
      request: (request, response) => {
        if (request.headers.authorization !== `Bearer ${made}`) return refused(401, 'Unauthorized')(response);
        if (answerDiscovery(request, response)) return;
        const isWatch = request.url!.includes('watch=true');
        if (made === 'second') {
          const event = { type: 'ADDED', object: pod('c', '21', 'new c') };
          // As a real server does: sends nothing up to the requested version.
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
    // Another `b` under the same version is still a different object.
    expect(log).toEqual(['added a@3', 'added b@7', 'deleted b@7', 'added b@7', 'deleted a@3', 'added c@21']);
  });

  it('a watch lists again when the server had stopped, even if it returns under the same credentials', async () => {
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

  it('a watch without bookmarks lists again, because the server may wait for a version far ahead', async () => {
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

  it('a stopped watch delivers nothing, even if stopped inside a callback', async () => {
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

  it('a watch passes on errors of its callback', async () => {
    server = await fakeApiServer({
      request: (request, response) => answerDiscovery(request, response) || listed('5', pod('a', '1'))(response),
    });
    cluster = await connect({ kubeconfigPath: server.kubeconfigPath });
    watcher = watch(cluster, { apiVersion: 'v1', kind: 'Pod' }, () => {
      throw new Error('a bug of the caller');
    });
    await expect(watcher.done).rejects.toThrow('a bug of the caller');
  });

  it('an abort ends a watch', async () => {
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
