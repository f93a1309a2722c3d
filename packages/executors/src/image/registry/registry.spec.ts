import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseChallenge } from './bearer-token.js';
import { credentialsFor } from './credentials.js';
import { repositoryAt } from './registry-address.js';
import { isTransient, refused, unreachable } from './registry-error.js';
import { Registry } from './registry.js';

/** The scripted answer to a request: for cases that a real registry shows only when it is broken or remote. */
type Answer = { status: number; headers?: Record<string, string>; body?: string };
interface Seen {
  method: string;
  url: string;
  authorization?: string;
  body: string;
}
let folder: string;
let seen: Seen[];
let answers: (request: Seen) => Answer | 'cut';
let stop: (() => void)[];

async function serve(): Promise<string> {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const { authorization } = request.headers;
    const body = await text(request).catch(() => '');
    const received = { method: request.method!, url: request.url!, authorization, body };
    seen.push(received);
    const answer = answers(received);
    if (answer === 'cut') return request.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop.push(() => void server.close().closeAllConnections());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  seen = [];
  stop = [];
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-registry-'));
  vi.stubEnv('DOCKER_CONFIG', folder);
});
afterEach(async () => {
  stop.forEach((end) => end());
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const configure = (config: object) => writeFile(join(folder, 'config.json'), JSON.stringify(config));

function registryAt(address: string, options: ConstructorParameters<typeof Registry>[1] = {}): Registry {
  const registry = new Registry(repositoryAt(address, 'team/app'), options);
  stop.push(() => inBackground(registry.close(), failureIsABug));
  return registry;
}

describe('repositoryAt', () => {
  it.each([
    ['localhost:5001', 'http://localhost:5001', 'localhost:5001/app'],
    ['127.0.0.1:80/', 'http://127.0.0.1:80', '127.0.0.1:80/app'],
    ['[::1]:5000', 'http://[::1]:5000', '[::1]:5000/app'],
    ['registry.localhost:5000', 'http://registry.localhost:5000', 'registry.localhost:5000/app'],
    ['ghcr.io/team', 'https://ghcr.io', 'ghcr.io/team/app'],
    ['http://registry.lan:5000', 'http://registry.lan:5000', 'registry.lan:5000/app'],
    ['https://localhost:5001/a/b/', 'https://localhost:5001', 'localhost:5001/a/b/app'],
    ['docker.io/team', 'https://registry-1.docker.io', 'docker.io/team/app'],
  ])('the registry %s has its API at %s', (registry, api, name) => {
    expect(repositoryAt(registry, 'app')).toMatchObject({ api, name });
  });

  it('plain HTTP is used on request', () => {
    expect(repositoryAt('registry.lan', 'app', true).api).toBe('http://registry.lan');
  });

  it.each(['', 'ftp://x', 'a b', 'user:password@host'])('the address %j is refused', (registry) => {
    expect(() => repositoryAt(registry, 'app')).toThrow('is not the address of a registry.');
  });

  it.each(['App', 'a//b', '-a', 'a_', 'a'.repeat(256)])('the image name %j is refused', (name) => {
    expect(() => repositoryAt('localhost', name)).toThrow('is not a valid image name.');
  });
});

describe('Registry', () => {
  it('a request to a busy registry or over a broken connection is repeated with a new body', async () => {
    const broken: (Answer | 'cut')[] = [{ status: 503 }, 'cut', { status: 429 }];
    answers = () => broken.shift() ?? { status: 201 };
    const retries: string[] = [];
    const registry = registryAt(await serve(), { onRetry: (error) => retries.push(error.message) });
    const body = () => Readable.from([Buffer.from('content')]);
    await registry.send({ method: 'PUT', url: '/x', headers: { 'content-length': '7' }, body, expect: [201] });
    expect(seen.map((request) => request.body)).toEqual(['content', 'content', 'content', 'content']);
    expect(retries).toEqual([
      expect.stringMatching(/^Registry 127\.0\.0\.1:\d+ answered 503 for team\/app\.$/),
      expect.stringMatching(/^Registry 127\.0\.0\.1:\d+ cannot be reached: .*\.$/),
      expect.stringMatching(/answered 429/),
    ]);
  });

  it('a refused request is not repeated, and its error holds only the codes of the registry', async () => {
    const body = JSON.stringify({ errors: [{ code: 'DENIED', message: 'token abc is no good' }, { code: 'x y' }] });
    answers = () => ({ status: 400, body });
    const registry = registryAt(await serve());
    const failure = await registry.send({ method: 'GET', url: '/x', expect: [200] }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      culprit: 'cluster',
      status: 400,
      message: expect.stringMatching(/^Registry 127\.0\.0\.1:\d+ answered 400 \(DENIED\) for team\/app\.$/),
    });
    expect(seen).toHaveLength(1);
  });

  it('an abort ends the repetition of a request', async () => {
    const abort = new AbortController();
    answers = () => ({ status: 503 });
    const onRetry = () => abort.abort(new Error('stop'));
    const registry = registryAt(await serve(), { signal: abort.signal, onRetry });
    await expect(registry.send({ method: 'GET', url: '/x', expect: [200] })).rejects.toThrow();
    expect(seen).toHaveLength(1);
  });

  it('credentials are never sent to another server', async () => {
    const [first, second] = [await serve(), await serve()];
    await configure({ auths: { [first]: { auth: Buffer.from('dev:secret').toString('base64') } } });
    answers = ({ authorization, url }) =>
      url === '/other' || authorization ? { status: 200 } : { status: 401, headers: { 'www-authenticate': 'Basic' } };
    const registry = registryAt(first);
    await registry.send({ method: 'GET', url: '/own', expect: [200] });
    await registry.send({ method: 'GET', url: `http://${second}/other`, expect: [200] });
    expect(seen.map(({ url, authorization }) => [url, Boolean(authorization)])).toEqual([
      ['/own', false],
      ['/own', true],
      ['/other', false],
    ]);
  });
});

describe('Registry with token authentication', () => {
  let address: string;
  let tokens: number;
  beforeEach(async () => {
    tokens = 0;
    address = await serve();
    answers = ({ url, authorization }) => {
      if (url.startsWith('/token')) return { status: 200, body: JSON.stringify({ token: `t${(tokens += 1)}` }) };
      if (authorization === `Bearer t${tokens}`) return { status: 200 };
      const challenge = `Bearer realm="http://${address}/token",service="reg",scope="repository:team/app:pull"`;
      return { status: 401, headers: { 'www-authenticate': challenge } };
    };
  });
  const get = (registry: Registry) => registry.send({ method: 'GET', url: '/v2/x', expect: [200] });

  it('one token for pushing is requested with the credentials and used again', async () => {
    await configure({ auths: { [address]: { auth: Buffer.from('dev:pass:word').toString('base64') } } });
    const registry = registryAt(address);
    await get(registry);
    await get(registry);
    const asked = new URL(seen[1]!.url, 'http://x').searchParams;
    expect(Object.fromEntries(asked)).toEqual({ service: 'reg', scope: 'repository:team/app:pull,push' });
    expect(seen[1]!.authorization).toBe(`Basic ${Buffer.from('dev:pass:word').toString('base64')}`);
    expect(seen.map(({ url }) => url.split('?')[0])).toEqual(['/v2/x', '/token', '/v2/x', '/v2/x']);
  });

  it('a new token is requested when the old one has expired', async () => {
    const registry = registryAt(address);
    await get(registry);
    tokens += 1;
    await get(registry);
    expect(tokens).toBe(3);
  });

  it('an identity token is exchanged for a token', async () => {
    await configure({ auths: { [address]: { identitytoken: 'identity' } } });
    await get(registryAt(address));
    expect(seen[1]).toMatchObject({ method: 'POST', url: '/token' });
    expect(Object.fromEntries(new URLSearchParams(seen[1]!.body))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'identity',
      scope: 'repository:team/app:pull,push',
    });
  });

  it('a refusal of the token server is reported without the secret', async () => {
    await configure({ auths: { [address]: { identitytoken: 'identity' } } });
    const before = answers;
    answers = (request) => (request.url.startsWith('/token') ? { status: 403, body: 'identity' } : before(request));
    const failure = await get(registryAt(address)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ status: 403, next: expect.stringContaining('docker login') });
    expect(String(failure)).not.toContain('identity');
  });
});

describe('parseChallenge', () => {
  it.each([
    [
      'Bearer realm="https://a/t",service="s"',
      { scheme: 'bearer', parameters: { realm: 'https://a/t', service: 's' } },
    ],
    ['Basic realm="x, y"', { scheme: 'basic', parameters: { realm: 'x, y' } }],
    ['Bearer realm=a,error="e"', { scheme: 'bearer', parameters: { realm: 'a', error: 'e' } }],
    ['Negotiate', { scheme: 'negotiate', parameters: {} }],
    ['', undefined],
  ])('the challenge %j is parsed', (header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge);
  });
});

describe('credentialsFor', () => {
  const helper = async (name: string, script: string) => {
    await mkdir(join(folder, 'bin'), { recursive: true });
    await writeFile(join(folder, `bin/docker-credential-${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`);
  };

  it('there are no credentials without a configuration', async () => {
    expect(await credentialsFor('ghcr.io')).toBeUndefined();
  });

  it('the credentials of Docker Hub are found under its address of version 1', async () => {
    const auth = Buffer.from('a:b').toString('base64');
    await configure({ auths: { 'https://index.docker.io/v1/': { auth } } });
    expect(await credentialsFor('docker.io')).toEqual({ username: 'a', password: 'b' });
  });

  it('the credentials come from the store, if it has any', async () => {
    await helper(
      'test',
      `read -r host; [ "$host" = ghcr.io ] || { echo 'credentials not found in native keychain'; exit 1; }
      echo '{"Username":"<token>","Secret":"t"}'`,
    );
    await configure({ credsStore: 'test' });
    expect(await credentialsFor('ghcr.io')).toEqual({ identityToken: 't' });
    expect(await credentialsFor('quay.io')).toBeUndefined();
  });

  it.each([
    ['fails', 'echo secret; echo secret >&2; exit 2', 'failed with exit code 2'],
    ['does not print JSON', 'echo secret', 'did not print JSON'],
  ])('a helper that %s is named without its output', async (_, script, problem) => {
    await helper('test', script);
    await configure({ credsStore: 'test' });
    await expect(credentialsFor('ghcr.io')).rejects.toMatchObject({
      culprit: 'configuration',
      message: `docker-credential-test, named in Docker's configuration, ${problem}.`,
    });
  });

  it.each([
    [{ credsStore: 'no-such-helper' }, 'docker-credential-no-such-helper is not on PATH.'],
    [{ credsStore: '../x' }, 'is not a valid program name.'],
  ])('the missing helper of %j is named', async (config, message) => {
    await configure(config);
    await expect(credentialsFor('ghcr.io')).rejects.toThrow(message);
  });

  it('a configuration that is not JSON is named without its content', async () => {
    await writeFile(join(folder, 'config.json'), '{"auths": secret');
    await expect(credentialsFor('ghcr.io')).rejects.toThrow(`${folder}/config.json is not valid JSON.`);
  });
});

describe('isTransient, refused and unreachable', () => {
  it('a missing answer is transient, but an untrusted certificate is not', () => {
    expect(isTransient(unreachable('r', { code: 'ECONNREFUSED' }))).toBe(true);
    const untrusted = unreachable('r', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(isTransient(untrusted)).toBe(false);
    expect(untrusted).toMatchObject({ culprit: 'configuration', next: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
    expect(isTransient(refused('r', 'app', 404, ''))).toBe(false);
    expect(isTransient(new Error())).toBe(false);
  });

  it('a body that is not the error of a registry is not quoted', () => {
    expect(refused('r', 'app', 500, '<html>secret</html>').message).toBe('Registry r answered 500 for app.');
  });
});
