import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nx-kube/cluster/connect/connect.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { usableCluster } from './usable-cluster.mjs';

let folder: string;
let kubeconfig: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-kube-start-'));
  kubeconfig = join(folder, 'kubeconfig');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Returns the choice of `npm start` for a kubeconfig whose current context points at the given server. */
function chosen(server?: string) {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'kind-mine',
    contexts: [{ name: 'kind-mine', context: { cluster: 'mine', user: 'me' } }],
    clusters: [{ name: 'mine', cluster: { server } }],
    users: [{ name: 'me', user: {} }],
  };
  if (server) writeFileSync(kubeconfig, JSON.stringify(config));
  return usableCluster(() => connect({ kubeconfigPath: kubeconfig }));
}

describe('usableCluster', () => {
  it("the cluster of kubeconfig's current context is usable if it is local and answers", async () => {
    const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{}'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    try {
      const url = `http://127.0.0.1:${port}`;
      expect(await chosen(url)).toEqual({ context: 'kind-mine', server: url });
    } finally {
      server.close();
    }
  });

  it('no cluster is usable without a kubeconfig', async () => {
    expect(await chosen()).toEqual({ reason: expect.stringContaining(kubeconfig) });
  });

  it('a cluster on another machine is not usable and gets no request', async () => {
    expect(await chosen('https://api.production.example.com:6443')).toEqual({
      reason: expect.stringContaining('api.production.example.com'),
    });
  });

  it('a cluster that does not answer is not usable', async () => {
    expect(await chosen('http://127.0.0.1:1')).toEqual({ reason: expect.stringContaining('127.0.0.1:1') });
  });
});
