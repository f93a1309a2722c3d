import type { Cluster } from '../api/cluster.js';
import { NxKubeError } from '../errors.js';
import { subject, type Ref } from '../object/kube-object.js';
import { logs } from '../streams/logs.js';
import type { Problem } from './problems.js';
import type { ObjectStatus } from './status.js';

/** Number of log lines of a crashed container that a message quotes. */
const quotedLogLines = 10;

/** Problem of an object whose own status is failed. */
export function failedByStatus(ref: Ref, { message }: ObjectStatus): Problem {
  return {
    key: 'status',
    message: `${subject(ref)} has failed: ${message}`,
    culprit: 'configuration',
    next: 'Look at the object’s conditions and events.',
    graceMs: 0,
  };
}

/** Makes the error for a problem, with the last log lines of its container if there are any. */
export async function failureOf(
  cluster: Cluster,
  ref: Ref,
  problem: Problem,
  signal: AbortSignal,
): Promise<NxKubeError> {
  const namespace = ref.namespace ?? cluster.namespace;
  const lines = problem.log ? await lastLines(cluster, { namespace, ...problem.log }, signal) : [];
  const quoted = lines.length > 0 ? `. Its last lines:\n${lines.map((line) => `    ${line}`).join('\n')}` : '';
  const prefix = problem.message.startsWith(subject(ref)) ? '' : `${subject(ref)}: `;
  return new NxKubeError(problem.culprit, `${prefix}${problem.message}${quoted}`, { next: problem.next });
}

async function lastLines(
  cluster: Cluster,
  of: { namespace: string; pod: string; container: string },
  signal: AbortSignal,
): Promise<string[]> {
  // Between two runs the current log is the crashed run's. Once the next run has begun, the previous log is.
  for (const previous of [false, true]) {
    try {
      const lines: string[] = [];
      for await (const line of logs(cluster, { ...of, tailLines: quotedLogLines, previous, signal })) lines.push(line);
      if (lines.length > 0) return lines;
    } catch {
      // The log is optional: without it the problem is still reported.
    }
  }
  return [];
}
