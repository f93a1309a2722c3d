import type { Cluster } from '@nx-kube/cluster/api/cluster.js';
import { subject } from '@nx-kube/cluster/object/kube-object.js';

/** Wraps a cluster and records each request that writes: `PATCH Kind/namespace/name`. */
export function spyOnWrites(cluster: Cluster): { cluster: Cluster; writes: string[] } {
  const writes: string[] = [];
  const spying: Cluster = {
    context: cluster.context,
    server: cluster.server,
    namespace: cluster.namespace,
    get epoch() {
      return cluster.epoch;
    },
    discover: (...args) => cluster.discover(...args),
    stream: (...args) => cluster.stream(...args),
    socket: (...args) => cluster.socket(...args),
    close: () => cluster.close(),
    request(call) {
      if (call.method !== 'GET') writes.push(`${call.method} ${call.subject ? subject(call.subject) : call.path}`);
      return cluster.request(call);
    },
  };
  return { cluster: spying, writes };
}
