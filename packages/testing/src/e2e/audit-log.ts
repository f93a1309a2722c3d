import { readFileSync } from 'node:fs';
import { layoutFor } from '@nx-kube/local-cluster/config/layout.js';

/** Write request, as recorded in the API server's audit log. */
export interface AuditedWrite {
  verb: string;
  requestURI: string;
  user: { username: string };
}

/** Reads the embedded cluster's audit log from now on: writes of users and programs outside Kubernetes. */
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
