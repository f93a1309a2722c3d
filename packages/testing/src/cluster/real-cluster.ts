import { randomBytes } from 'node:crypto';
import type { Cluster } from '@nx-kube/cluster/api/cluster.js';
import { create, read, remove } from '@nx-kube/cluster/api/objects.js';
import { retry } from '@nx-kube/cluster/api/retry.js';
import { connect } from '@nx-kube/cluster/connect/connect.js';
import { waitGone } from '@nx-kube/cluster/readiness/wait-gone.js';
import { afterAll, beforeAll } from 'vitest';

/**
 * Cluster for a test file: a connection to the cluster of `$KUBECONFIG`, and the file's own namespace, removed at the
 * end.
 */
export interface TestCluster {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Makes a name that no other test run uses, for cluster-scoped objects. */
  unique(prefix: string): string;
  /** Registers an action for the end, before the namespace is removed. Actions run in reverse order. */
  cleanUp(action: () => Promise<unknown>): void;
}

/** Registers the hooks of a test file. */
export function useCluster(name: string, labels: Record<string, string> = {}): TestCluster {
  const suffix = randomBytes(4).toString('hex');
  const namespace = `nx-kube-test-${name}-${suffix}`;
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  const cleanUps: (() => Promise<unknown>)[] = [];
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await connect();
    await create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  });
  afterAll(async () => {
    if (!cluster) return;
    const failures: unknown[] = [];
    // One failed action must not leave objects of this file to the files that follow.
    for (const action of cleanUps.reverse()) await action().catch((error: unknown) => failures.push(error));
    const connected = cluster;
    const live = await retry(() => read(connected, ref));
    if (live) {
      await remove(cluster, ref);
      await waitGone(cluster, [{ ref, uid: live.metadata.uid! }], { timeoutMs: 120_000 });
    }
    await cluster.close();
    if (failures.length) throw failures[0];
  });
  return {
    get cluster() {
      if (!cluster) throw new Error('The cluster exists only while tests run.');
      return cluster;
    },
    namespace,
    unique: (prefix) => `${prefix}-${suffix}`,
    cleanUp: (action) => void cleanUps.push(action),
  };
}
