import { readFileSync } from 'node:fs';
import { layoutFor } from '@nx-kube/local-cluster/config/layout.js';

/** A request that was to change something, as the API server's audit log has it. */
export interface AuditedWrite {
  verb: string;
  requestURI: string;
  user: { username: string };
}

/** The embedded cluster's audit log from now on: what people and programs that are no part of Kubernetes were to change. */
export function auditLog(): { writes(): AuditedWrite[] } {
  const { auditLog: path } = layoutFor(process.env);
  const from = readFileSync(path).length;
  return {
    writes: () =>
      readFileSync(path)
        .subarray(from)
        .toString('utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AuditedWrite)
        .filter(({ user }) => !user.username.startsWith('system:')),
  };
}
