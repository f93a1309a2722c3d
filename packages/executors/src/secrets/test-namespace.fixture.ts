import { connect, create, read, remove, waitGone, type ApiRequest, type Cluster } from '@nx-kube/cluster';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';

/** For a test file: the cluster of `$KUBECONFIG`, as if its context were in a namespace of the file's own, and what was asked of it. */
export interface TestNamespace {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** `METHOD path` of the requests since the last look that were to change something. */
  writes(): string[];
  /** The same, with dry runs, which the server's audit log holds too. */
  writesAndDryRuns(): string[];
  /** A further namespace, not created, that is removed at the end. */
  further(name: string): string;
}

const dry = 'dry run of ';

export function useNamespace(): TestNamespace {
  const namespace = `nx-kube-secrets-${randomBytes(4).toString('hex')}`;
  const namespaces = [namespace];
  let real: Cluster;
  let cluster: Cluster;
  const written: string[] = [];
  beforeAll(async () => {
    real = await connect();
    cluster = inNamespace(real, namespace, ({ method, path, query }) => {
      if (method !== 'GET') written.push(`${query?.['dryRun'] ? dry : ''}${method} ${path}`);
    });
    await create(real, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  });
  afterAll(async () => {
    for (const name of namespaces) {
      const ref = { apiVersion: 'v1', kind: 'Namespace', name };
      const live = await read(real, ref);
      if (!live) continue;
      await remove(real, ref);
      await waitGone(real, [{ ref, uid: live.metadata.uid! }], { timeoutMs: 120_000 });
    }
    await real.close();
  });
  return {
    get cluster() {
      return cluster;
    },
    namespace,
    writes: () => written.splice(0).filter((request) => !request.startsWith(dry)),
    writesAndDryRuns: () => written.splice(0),
    further(name) {
      namespaces.push(`${namespace}-${name}`);
      return `${namespace}-${name}`;
    },
  };
}

function inNamespace(real: Cluster, namespace: string, onRequest: (request: ApiRequest) => void): Cluster {
  return {
    context: real.context,
    server: real.server,
    namespace,
    request: (request) => {
      onRequest(request);
      return real.request(request);
    },
    discover: (apiVersion, kind) => real.discover(apiVersion, kind),
    stream: (...given) => real.stream(...given),
    socket: (...given) => real.socket(...given),
    close: () => real.close(),
  };
}
