import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { credentialSource } from './credentials.js';
import { loadContext } from './kubeconfig.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nx-kube-kubeconfig-'));
  await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) => writeFile(join(directory, name), `${name} of a file`)),
  );
});

afterAll(() => rm(directory, { recursive: true }));

const data = (text: string) => Buffer.from(text).toString('base64');

/**
 * loadContext loads only parts of client-node, because the whole costs 80 MB. These tests compare it with the whole.
 */
describe('loadContext', () => {
  it.each([
    [
      'with data',
      { 'certificate-authority-data': data('ca') },
      { 'client-certificate-data': data('cert'), 'client-key-data': data('key') },
    ],
    [
      'with files',
      { 'certificate-authority': 'ca.pem' },
      { 'client-certificate': 'cert.pem', 'client-key': 'key.pem' },
    ],
    ['with a token', { 'tls-server-name': 'kubernetes' }, { token: 'abc' }],
    ['without verification', { 'insecure-skip-tls-verify': true }, { token: 'abc', as: 'somebody' }],
    [
      'with a plugin',
      {},
      {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: process.execPath,
          args: ['-p', '`{"status": {"token": "from-plugin"}}`'],
        },
      },
    ],
  ])('a kubeconfig is read as client-node’s KubeConfig reads it: %s', async (_what, cluster, user) => {
    const path = join(directory, 'config');
    await writeFile(
      path,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace: 'n' } }],
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443/', ...cluster } }],
        users: [{ name: 'u', user }],
      }),
    );
    const whole = new KubeConfig();
    whole.loadFromFile(path);
    const expected: RequestOptions = {};
    await whole.applyToHTTPSOptions(expected);

    const context = await loadContext([path]);
    const { server, tls, headers } = await credentialSource(context).resolve();
    expect(server).toBe(whole.getCurrentCluster()!.server);
    expect(context.namespace).toBe(whole.getContextObject('c')!.namespace);
    expect({ ...tls, ca: tls.ca?.toString(), cert: tls.cert?.toString(), key: tls.key?.toString() }).toEqual({
      ca: expected.ca?.toString(),
      cert: expected.cert?.toString(),
      key: expected.key?.toString(),
      servername: expected.servername,
      rejectUnauthorized: expected.rejectUnauthorized,
    });
    const given = Object.entries((expected.headers ?? {}) as Record<string, string>);
    expect(headers).toEqual(Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])));
  });
});
