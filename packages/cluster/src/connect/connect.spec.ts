import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  answer,
  answerDiscovery,
  fakeApiServer,
  kubeconfigFor,
  type FakeApiServer,
} from '@nx-kube/testing/cluster/fake-api-server.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { NxKubeError } from '../errors.js';
import { failureIsHarmless } from '../in-background.js';
import { connect, type ConnectOptions } from './connect.js';

let directory: string;
let servers: FakeApiServer[];
let clusters: Cluster[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nx-kube-connect-'));
  servers = [];
  clusters = [];
});

afterEach(async () => {
  await Promise.all(clusters.map((cluster) => cluster.close()));
  await Promise.all(servers.map((server) => server.close()));
  await rm(directory, { recursive: true });
});

async function file(name: string, content: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, content);
  return path;
}

async function open(options: ConnectOptions): Promise<Cluster> {
  const cluster = await connect(options);
  clusters.push(cluster);
  return cluster;
}

async function serve(script: Parameters<typeof fakeApiServer>[0]): Promise<FakeApiServer> {
  const server = await fakeApiServer(script);
  servers.push(server);
  return server;
}

async function rejection(promise: Promise<unknown>): Promise<NxKubeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NxKubeError);
  return error as NxKubeError;
}

describe('connect: a context that is not local', () => {
  it('a context that is not local is refused before any request, and the error names allowContexts', async () => {
    const kubeconfigPath = await file('config', kubeconfigFor('https://203.0.113.1', { context: 'kind-prod' }));
    const failure = await rejection(connect({ kubeconfigPath }));
    expect(failure).toMatchObject({
      culprit: 'configuration',
      message:
        'Context "kind-prod" is not a local cluster: its server 203.0.113.1 is not on this machine. Nothing was sent to it.',
      next: 'Choose a local context, or add "kind-prod" to allowContexts.',
    });
  });

  it.each([
    [['team-*'], 'team-a', true],
    [['arn:aws:eks:*:cluster/dev'], 'arn:aws:eks:eu-west-1:1:cluster/dev', true],
    [['dev.?'], 'dev.1', true],
    [['dev.?'], 'devx1', false],
    [['team'], 'my-team-a', false],
    [[], 'team-a', false],
  ])('allowContexts %j decides about the context %s: %s', async (allowContexts, context, allowed) => {
    const kubeconfigPath = await file('config', kubeconfigFor('https://203.0.113.1', { context }));
    const attempt = open({ kubeconfigPath, allowContexts });
    await (allowed
      ? expect(attempt).resolves.toMatchObject({ context })
      : expect(attempt).rejects.toThrow(/not a local/));
  });
});

describe('connect: kubeconfig', () => {
  it.each<[string, string, ConnectOptions, RegExp]>([
    ['that is not YAML', '{', {}, /^The kubeconfig .*config is not valid: unexpected end/],
    [
      'without clusters’ servers',
      '{current-context: a, contexts: [{name: a, context: {cluster: c}}], clusters: [null, {name: c, cluster: {}}]}',
      {},
      /clusters\[1\].cluster.server is missing/,
    ],
    [
      'whose context names no cluster at all',
      '{current-context: a, contexts: [{name: b}, {name: a, context: {user: u}}]}',
      {},
      /contexts\[1\].context.cluster is missing/,
    ],
    ['that is a list', '[]', {}, /it does not hold an object/],
    ['without a current context', '{}', {}, /has no current context/],
    ['without the requested context', kubeconfigFor('https://127.0.0.1:1'), { context: 'x' }, /has no context "x"/],
    [
      'whose context names no cluster',
      '{current-context: a, contexts: [{name: a, context: {cluster: c}}]}',
      {},
      /names the cluster "c"/,
    ],
    [
      'whose context names no user',
      '{current-context: a, contexts: [{name: a, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: "https://127.0.0.1"}}]}',
      {},
      /names the user "u"/,
    ],
    [
      'with a proxy',
      kubeconfigFor('https://127.0.0.1:1', { cluster: { 'proxy-url': 'http://p' } }),
      {},
      /proxy-url, which is not supported/,
    ],
    [
      'with an unknown auth-provider',
      kubeconfigFor('https://127.0.0.1:1', { user: { 'auth-provider': { name: 'x' } } }),
      {},
      /has the unknown auth-provider "x"/,
    ],
  ])('a kubeconfig %s is refused', async (_what, content, options, message) => {
    const kubeconfigPath = await file('config', content);
    const failure = await rejection(connect({ kubeconfigPath, ...options }));
    expect(failure.message).toMatch(message);
    expect(failure.culprit).toBe('configuration');
    expect(failure.next).toBeTruthy();
  });

  it.each([
    ['a context without a cluster', { contexts: [{ name: 'broken', context: {} }] }],
    ['a context without content', { contexts: [{ name: 'broken' }] }],
    ['an entry that is null', { contexts: [null], clusters: [null], users: [null] }],
    ['a cluster without a server', { clusters: [{ name: 'broken', cluster: {} }] }],
    ['a user without content', { users: [{ name: 'broken' }] }],
    ['entries without names', { clusters: [{ cluster: {} }], users: [{ user: {} }] }],
  ])(
    'a kubeconfig with %s that the chosen context does not use is accepted',
    async (_what, broken: Record<string, unknown[]>) => {
      const whole = JSON.parse(kubeconfigFor('https://127.0.0.1:1')) as Record<string, unknown[]>;
      for (const [list, entries] of Object.entries(broken)) whole[list] = [...entries, ...whole[list]!];
      const kubeconfigPath = await file('config', JSON.stringify(whole));
      await expect(open({ kubeconfigPath })).resolves.toMatchObject({ context: 'nx-kube-local-fake' });
    },
  );

  it('a kubeconfig that does not exist is named', async () => {
    expect((await rejection(connect({ kubeconfigPath: '/no/such' }))).message).toBe(
      'There is no kubeconfig at /no/such.',
    );
  });

  it('a missing certificate file is reported when it is needed', async () => {
    const user = { 'client-certificate': 'cert.pem', 'client-key-data': 'a2V5' };
    const kubeconfigPath = await file('config', kubeconfigFor('https://127.0.0.1:1', { user }));
    const cluster = await open({ kubeconfigPath });
    const failure = await rejection(cluster.request({ method: 'GET', path: '/' }));
    expect(failure.message).toBe(
      `The client-certificate of the kubeconfig, ${join(directory, 'cert.pem')}, cannot be read.`,
    );
  });

  it.each(['token: hunter2hunter2\nb: c: d', 'token: *hunter2', 'token: !hunter2', 'token: !<hunter2^> x'])(
    'an error never quotes the content of a kubeconfig: %j',
    async (content) => {
      const failure = await rejection(connect({ kubeconfigPath: await file('config', content) }));
      expect(failure.message).toMatch(/config is not valid: \w/);
      expect(inspect(failure)).not.toContain('hunter2');
    },
  );

  it('several kubeconfig files are merged: the first value wins, and missing files are skipped', async () => {
    const { KUBECONFIG } = process.env;
    const first = await file(
      'first',
      JSON.stringify({ contexts: [{ name: 'a', context: { cluster: 'c', namespace: 'n' } }] }),
    );
    const second = await file(
      'second',
      JSON.stringify({
        'current-context': 'a',
        contexts: [{ name: 'a', context: { cluster: 'other' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1/' } }],
      }),
    );
    try {
      process.env.KUBECONFIG = [join(directory, 'missing'), first, second].join(':');
      expect(await open({})).toMatchObject({ context: 'a', namespace: 'n', server: 'https://127.0.0.1:1' });
    } finally {
      process.env.KUBECONFIG = KUBECONFIG;
      if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
    }
  });
});

describe('ConnectedCluster: connections (against a scripted server)', () => {
  it('many requests share kept-alive connections', async () => {
    const server = await serve({ request: (_request, response) => answer(response, 200, {}) });
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    for (let i = 0; i < 20; i++) await cluster.request({ method: 'GET', path: '/version' });
    expect(server.requests).toHaveLength(20);
    // undici opens a second connection if a request follows before it notices that the first is free.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('idempotent requests succeed over a new connection when the kept-alive one has died', async () => {
    let sockets = 0;
    const server = await serve({
      request: (request, response) => {
        // The second request of each connection finds it closed.
        if ((request.socket as { used?: boolean }).used) return request.socket.destroy();
        (request.socket as { used?: boolean }).used = true;
        sockets += 1;
        answer(response, 200, {});
      },
    });
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    await cluster.request({ method: 'GET', path: '/a' });
    await cluster.request({ method: 'GET', path: '/b' });
    expect(sockets).toBe(2);
    await expect(cluster.request({ method: 'POST', path: '/c', body: {} })).rejects.toMatchObject({ status: 0 });
    expect(server.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('requests keep the path of the server’s URL and encode queries', async () => {
    const server = await serve({ request: (_request, response) => answer(response, 200, {}) });
    const kubeconfigPath = await file('config', kubeconfigFor(`${server.url}/k8s/clusters/c-1/`));
    const cluster = await open({ kubeconfigPath });
    const query = { labelSelector: 'a=b,c in (d)', command: ['x', 'y z'], absent: undefined, limit: 5 };
    await cluster.request({ method: 'GET', path: '/api/v1/pods', query });
    expect(server.requests).toEqual([
      'GET /k8s/clusters/c-1/api/v1/pods?labelSelector=a%3Db%2Cc+in+%28d%29&command=x&command=y+z&limit=5',
    ]);
  });

  it('a request without an answer fails with the address and the system’s code', async () => {
    const server = await fakeApiServer({});
    const { url } = server;
    const kubeconfigPath = await file('config', await readFile(server.kubeconfigPath, 'utf8'));
    await server.close();
    const cluster = await open({ kubeconfigPath });
    const failure = await rejection(cluster.request({ method: 'GET', path: '/version' }));
    expect(failure).toMatchObject({
      culprit: 'cluster',
      message: `The API server ${url} does not answer (ECONNREFUSED).`,
    });
  });

  it('an aborted request ends with the signal’s reason', async () => {
    const server = await serve({});
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    const abort = new AbortController();
    const pending = cluster.request({ method: 'GET', path: '/hangs', signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
  });

  it('an abort during discovery ends one caller’s look-up and not the others’', async () => {
    let go!: () => void;
    const server = await serve({
      request: (request, response) => {
        if (request.url === '/api/v1') go = () => answerDiscovery(request, response);
        else answer(response, 200, { who: 'another' });
      },
    });
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    const abort = new AbortController();
    const ref = { apiVersion: 'v1', kind: 'Pod', name: 'x' };
    const given = read(cluster, ref, { signal: abort.signal });
    const other = read(cluster, ref);
    await expect.poll(() => server.requests.length).toBe(1);
    abort.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    go();
    expect(await other).toEqual({ who: 'another' });
  });

  it('a request times out on a server that accepts and sends nothing', async () => {
    const server = await serve({});
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    await expect(cluster.request({ method: 'GET', path: '/hangs', timeoutMs: 100 })).rejects.toMatchObject({
      status: 0,
      reason: 'UND_ERR_HEADERS_TIMEOUT',
    });
  });

  it('a closed connection refuses requests', async () => {
    const server = await serve({ request: (_request, response) => answer(response, 200, {}) });
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    await cluster.request({ method: 'GET', path: '/' });
    await cluster.close();
    await expect(cluster.request({ method: 'GET', path: '/' })).rejects.toThrow(/has been closed/);
  });
});

describe('ConnectedCluster: credentials (against a scripted server)', () => {
  /** Starts a server that accepts only one token, which the test may change. */
  async function guarded(): Promise<{ server: FakeApiServer; accept: (token: string) => void; seen: string[] }> {
    let accepted = 'Bearer one';
    const seen: string[] = [];
    const server = await serve({
      request: (request, response) => {
        seen.push(request.headers.authorization ?? '');
        const ok = request.headers.authorization === accepted;
        answer(response, ok ? 200 : 401, ok ? {} : { kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' });
      },
    });
    return { server, accept: (token) => (accepted = `Bearer ${token}`), seen };
  }

  /** Writes a credential plugin that prints the content of a file and counts its calls. */
  async function plugin(expirationTimestamp?: string) {
    const tokens = await file('token', 'one');
    const calls = join(directory, 'calls');
    const script = await file(
      'plugin.mjs',
      `#!${process.execPath}
import { appendFileSync, readFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(calls)}, process.env.KUBERNETES_EXEC_INFO + '\\n');
while (readFileSync(${JSON.stringify(tokens)}, 'utf8') === 'hang') await new Promise((resolve) => setTimeout(resolve, 20));
const token = readFileSync(${JSON.stringify(tokens)}, 'utf8');
if (token === 'fail') { console.error('F1127 15:13:29.100000   1 cred.go:145] your session has expired'); process.exit(1); }
console.log(JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential',
  status: { token, expirationTimestamp: ${JSON.stringify(expirationTimestamp)} } }));
`,
    );
    await chmod(script, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin.mjs', provideClusterInfo: true };
    return {
      user: { exec },
      give: (token: string) => writeFile(tokens, token),
      calls: async () =>
        (await readFile(calls, 'utf8'))
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
    };
  }

  const get = { method: 'GET', path: '/version' } as const;

  it('a credential plugin beside the kubeconfig is called once and gets the cluster’s data', async () => {
    const { server } = await guarded();
    const { user, calls } = await plugin();
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    for (let i = 0; i < 5; i++) await cluster.request(get);
    expect(await calls()).toMatchObject([
      { kind: 'ExecCredential', spec: { interactive: false, cluster: { server: server.url } } },
    ]);
  });

  it('refused credentials are fetched again, even before they expire', async () => {
    const { server, accept, seen } = await guarded();
    const { user, give } = await plugin('2999-01-01T00:00:00Z');
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    await cluster.request(get);
    accept('two');
    await give('two');
    await cluster.request(get);
    expect(seen).toEqual(['Bearer one', 'Bearer one', 'Bearer two']);
  });

  it('the error for a failing credential plugin quotes its output', async () => {
    const { server } = await guarded();
    const { user, give } = await plugin();
    await give('fail');
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    const failure = await rejection(cluster.request(get));
    expect(failure.culprit).toBe('configuration');
    expect(failure.message).toMatch(
      /User "u" .* the credential plugin ".*plugin.mjs" fails: your session has expired\.$/,
    );
  });

  it('an abort does not wait for a hanging credential plugin', async () => {
    const { server } = await guarded();
    const { user, give } = await plugin();
    await give('hang');
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    const abort = new AbortController();
    const pending = cluster.request({ ...get, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
    expect(server.requests).toEqual([]);
    await give('one');
    await cluster.request(get);
  });

  it.each(['hunter2 is no JSON', '"hunter2"', '{"hunter2": 1}'])(
    'the error for a credential plugin that prints something else (%s) does not quote it',
    async (printed) => {
      const { server } = await guarded();
      const script = await file('printer.mjs', `#!${process.execPath}\nconsole.log(${JSON.stringify(printed)});\n`);
      await chmod(script, 0o755);
      const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: script } };
      const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
      const failure = await rejection(cluster.request(get));
      expect(failure.message).toMatch(
        /"u" .* the credential plugin ".*" fails: its output is not an ExecCredential\.$/,
      );
      expect(inspect(failure)).not.toContain('hunter2');
    },
  );

  it('credentials are fetched again when a WebSocket is refused with 401', async () => {
    const seen: string[] = [];
    const server = await serve({
      request: (_request, response) => answer(response, 200, {}),
      upgrade: (request, socket) => {
        seen.push(request.headers.authorization ?? '');
        const body = JSON.stringify({ kind: 'Status', reason: 'Unauthorized', message: 'Unauthorized' });
        socket.end(`HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      },
    });
    const { user, give } = await plugin('2999-01-01T00:00:00Z');
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    await cluster.request(get);
    await give('two');
    const refused = cluster.socket('/exec', {}, { protocols: ['x'] });
    await expect(refused).rejects.toMatchObject({ status: 401, culprit: 'configuration' });
    expect(seen).toEqual(['Bearer one', 'Bearer two']);
  });

  it('credentials are read again from a changed kubeconfig when the old ones are refused', async () => {
    const { server, accept, seen } = await guarded();
    const path = await file('config', kubeconfigFor(server.url, { user: { token: 'one' } }));
    const cluster = await open({ kubeconfigPath: path });
    await cluster.request(get);
    accept('two');
    await expect(cluster.request(get)).rejects.toMatchObject({ status: 401, culprit: 'configuration' });
    await writeFile(path, kubeconfigFor(server.url, { user: { token: 'two' } }));
    await cluster.request(get);
    expect(seen).toEqual(['Bearer one', 'Bearer one', 'Bearer one', 'Bearer two']);
  });

  it.each([
    ['a token file', { tokenFile: 'token' }, 'Bearer one'],
    ['name and password', { username: 'me', password: 'pw' }, `Basic ${btoa('me:pw')}`],
    ['a password beyond Latin-1', { username: 'me', password: '密' }, 'Basic bWU65a+G'],
  ])('credentials may be %s', async (_what, user, header) => {
    await file('token', 'one\n');
    const { server, seen } = await guarded();
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    await cluster.request(get).catch(failureIsHarmless);
    expect(seen[0]).toBe(header);
  });

  it('requests may impersonate another user', async () => {
    const headers: Record<string, unknown>[] = [];
    const server = await serve({
      request: (request, response) => {
        headers.push(request.headersDistinct);
        answer(response, 200, {});
      },
    });
    const user = { token: 't', as: 'jane', 'as-groups': ['devs', 'ops'] };
    const cluster = await open({ kubeconfigPath: await file('config', kubeconfigFor(server.url, { user })) });
    await cluster.request(get);
    expect(headers[0]).toMatchObject({ 'impersonate-user': ['jane'], 'impersonate-group': ['devs', 'ops'] });
  });
});

describe('ConnectedCluster: a recreated cluster (against scripted servers)', () => {
  it('a recreated cluster is found at its new address through its kubeconfig', async () => {
    const former = await fakeApiServer({ request: (_request, response) => answer(response, 200, { who: 'former' }) });
    const path = await file('config', await readFile(former.kubeconfigPath, 'utf8'));
    const cluster = await open({ kubeconfigPath: path });
    expect(await cluster.request({ method: 'GET', path: '/' })).toEqual({ who: 'former' });
    await former.close();
    const next = await serve({ request: (_request, response) => answer(response, 200, { who: 'next' }) });
    await writeFile(path, await readFile(next.kubeconfigPath, 'utf8'));
    expect(await cluster.request({ method: 'GET', path: '/' })).toEqual({ who: 'next' });
    expect(cluster.server).toBe(next.url);
  });

  it.each([
    ['CA', { 'certificate-authority-data': 'Y2E=' }, {}],
    ['client certificate', {}, { 'client-certificate-data': 'Y2VydA==' }],
    ['client key', {}, { 'client-key-data': 'a2V5' }],
  ])('a cluster with another %s is not reached over earlier connections', async (_what, clusterPart, userPart) => {
    const sockets: unknown[] = [];
    const server = await serve({
      request: (request, response) => {
        sockets.push(request.socket);
        answer(response, request.headers.authorization === 'Bearer two' ? 200 : 401, {});
      },
    });
    const path = await file('config', kubeconfigFor(server.url, { user: { token: 'one' } }));
    const cluster = await open({ kubeconfigPath: path });
    const get = { method: 'GET', path: '/' } as const;
    await expect(cluster.request(get)).rejects.toMatchObject({ status: 401 });
    await writeFile(path, kubeconfigFor(server.url, { user: { token: 'two', ...userPart }, cluster: clusterPart }));
    await cluster.request(get);
    expect(sockets).toHaveLength(3);
    expect(sockets.slice(0, 2)).not.toContain(sockets[2]);
  });

  it('close also ends the WebSockets of earlier connections', async () => {
    let accepted: WebSocket | undefined;
    const server = await serve({
      request: (request, response) => {
        const known = request.headers.authorization === 'Bearer two';
        if (!known) formerConnectionEnds = once(request.socket, 'close');
        answer(response, known ? 200 : 401, {});
      },
      socket: (socket) => (accepted = socket),
    });
    let formerConnectionEnds: Promise<unknown> | undefined;
    const path = await file('config', kubeconfigFor(server.url, { user: { token: 'one' } }));
    const cluster = await open({ kubeconfigPath: path });
    const socket = await cluster.socket('/exec', {}, { protocols: ['x'] });
    // A changed TLS server name makes earlier connections unusable.
    const changed = { user: { token: 'two' }, cluster: { 'tls-server-name': 'localhost' } };
    await writeFile(path, kubeconfigFor(server.url, changed));
    await cluster.request({ method: 'GET', path: '/' });
    await formerConnectionEnds;
    await cluster.request({ method: 'GET', path: '/' });
    expect([accepted?.readyState, socket.readyState]).toEqual([socket.OPEN, socket.OPEN]);
    const gone = once(accepted!, 'close');
    await cluster.close();
    await gone;
  });

  it('a kubeconfig that moves to a refused server is not followed', async () => {
    const former = await fakeApiServer({ request: (_request, response) => answer(response, 200, {}) });
    const path = await file('config', await readFile(former.kubeconfigPath, 'utf8'));
    const cluster = await open({ kubeconfigPath: path });
    await former.close();
    const elsewhere = await serve({ request: (_request, response) => answer(response, 200, {}) });
    await writeFile(path, kubeconfigFor(elsewhere.url.replace('127.0.0.1', '203.0.113.1')));
    await expect(cluster.request({ method: 'GET', path: '/' })).rejects.toMatchObject({ reason: 'ECONNREFUSED' });
  });
});

describe('ConnectedCluster: an error answer (from a scripted server)', () => {
  it('an error answer becomes an ApiError with the server’s reason, without headers or body', async () => {
    const server = await serve({
      request: (_request, response) =>
        answer(
          response,
          429,
          { kind: 'Status', reason: 'TooManyRequests', message: 'slow down', secret: 'hunter2' },
          { 'retry-after': '7', 'x-secret': 'hunter2' },
        ),
    });
    const cluster = await open({ kubeconfigPath: server.kubeconfigPath });
    const error = await cluster.request({ method: 'GET', path: '/x' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      retryAfterMs: 7000,
      message: 'GET /x: slow down.',
    });
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain('hunter2');
  });
});
