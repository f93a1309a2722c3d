import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, create, read, remove, waitGone, type ApiRequest, type Cluster } from '@nx-kube/cluster';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll } from 'vitest';

/** The cluster of `$KUBECONFIG` for one test file, with a namespace of its own and a record of requests. */
export interface TestNamespace {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Returns `METHOD path` of the writes since the last call, without dry runs. */
  writes(): string[];
  /** Returns `METHOD path` of the writes since the last call, with dry runs: the server's audit log holds both. */
  writesAndDryRuns(): string[];
  /** Returns the name of another namespace. Does not create it; removes it at the end. */
  further(name: string): string;
  /** Calls `work` with the cluster as a new ServiceAccount of the namespace that has the rights in `rules`. */
  asServiceAccount<T>(name: string, rules: object[], work: (cluster: Cluster) => Promise<T>): Promise<T>;
}

const dry = 'dry run of ';

/** Creates a namespace before all tests of the file, and removes it after them. */
export function useNamespace(): TestNamespace {
  const namespace = `nx-kube-secrets-${randomBytes(4).toString('hex')}`;
  const namespaces = [namespace];
  let real: Cluster;
  let cluster: Cluster;
  const written: string[] = [];
  const note = ({ method, path, query }: ApiRequest) => {
    if (method !== 'GET') written.push(`${query?.['dryRun'] ? dry : ''}${method} ${path}`);
  };
  beforeAll(async () => {
    real = await connect();
    cluster = inNamespace(real, namespace, note);
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
    async asServiceAccount(name, rules, work) {
      const metadata = { name, namespace };
      const [group, apiVersion] = ['rbac.authorization.k8s.io', 'rbac.authorization.k8s.io/v1'];
      await create(real, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
      await create(real, { apiVersion, kind: 'Role', metadata, rules });
      await create(real, {
        ...{ apiVersion, kind: 'RoleBinding', metadata, roleRef: { apiGroup: group, kind: 'Role', name } },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      });
      return await acting(`system:serviceaccount:${namespace}:${name}`, (restricted) =>
        work(inNamespace(restricted, namespace, note)),
      );
    },
  };
}

async function acting<T>(user: string, work: (cluster: Cluster) => Promise<T>): Promise<T> {
  const config = load(await readFile(process.env['KUBECONFIG']!, 'utf8')) as { users: { user: object }[] };
  for (const entry of config.users) entry.user = { ...entry.user, as: user };
  const directory = await mkdtemp(join(tmpdir(), 'nx-kube-acting-'));
  const kubeconfigPath = join(directory, 'kubeconfig');
  await writeFile(kubeconfigPath, dump(config));
  const restricted = await connect({ kubeconfigPath });
  try {
    return await work(restricted);
  } finally {
    await restricted.close();
    await rm(directory, { recursive: true });
  }
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
