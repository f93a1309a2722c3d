import { parseQuantity, type KubeObject } from '@nx-kube/cluster';
import { podSpecOf, type Container, type PodSpec } from './pod-template.js';

/** Minimum grace period (s) of a pod, so that a user can step through its shutdown. */
const graceSeconds = 120;
/** Memory (bytes) for the debugger, which keeps the debug information in memory. */
const debuggerMemory = 1024 ** 3;
/** CPUs for the debugger. */
const debuggerCpus = 2;

/** The flag of controller-runtime's scaffold and of older and other programs; it may stand in a script. */
const leaderElection = /(?<![^\s'"])(--?(?:enable-)?leader-elect(?:ion)?)(=[^\s'";&|)]*)?(?=[\s'";&|)]|$)/g;

/**
 * Prepares a workload for breakpoints: one pod without probes and leader election, with memory for a debugger. Security
 * settings stay the same. To undo all changes, apply the original object. Pure.
 *
 * @param name name of the container under development
 * @returns a new object, and one line for each change
 */
export function relaxForDebug(object: KubeObject, name: string): { object: KubeObject; changes: string[] } {
  const copy = structuredClone(object);
  const podSpec = podSpecOf(copy)!;
  const container = podSpec.containers.find((c) => c.name === name)!;
  const changes = [
    ...onePod(copy),
    ...noProbes(container),
    // A DaemonSet keeps several pods, so one of them must lead.
    ...(copy.kind === 'DaemonSet' ? [] : noLeaderElection(container)),
    ...moreGrace(podSpec),
    ...roomForDebugger(container),
  ];
  return { object: copy, changes };
}

/** Keeps one pod. The old pod ends first, because it would reconcile the objects that a breakpoint holds. */
function onePod(object: KubeObject): string[] {
  const spec = object['spec'];
  const changes: string[] = [];
  if (object.kind !== 'DaemonSet' && (spec.replicas ?? 1) !== 1) {
    changes.push(`replicas ${spec.replicas} → 1`);
    spec.replicas = 1;
  }
  if (object.kind === 'Deployment' && spec.strategy?.type !== 'Recreate') {
    spec.strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
    changes.push('the old pod ends before the new one starts');
  }
  return changes;
}

function noProbes(container: Container): string[] {
  const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].filter((probe) => container[probe] !== undefined);
  for (const probe of probes) delete container[probe];
  return probes.length ? [`no ${probes.join(', ')}`] : [];
}

/** Sets the flag to false instead of removing it: the default of some programs is true. */
function noLeaderElection(container: Container): string[] {
  const found: string[] = [];
  const off = (word: string) =>
    word.replace(leaderElection, (argument: string, flag: string) => {
      if (argument !== `${flag}=false`) found.push(`${argument} → ${flag}=false`);
      return `${flag}=false`;
    });
  for (const field of ['command', 'args'] as const) if (container[field]) container[field] = container[field].map(off);
  return found;
}

function moreGrace(podSpec: PodSpec): string[] {
  const before = Number(podSpec['terminationGracePeriodSeconds'] ?? 30);
  if (before >= graceSeconds) return [];
  podSpec['terminationGracePeriodSeconds'] = graceSeconds;
  return [`terminationGracePeriodSeconds ${before} → ${graceSeconds}`];
}

/** A quantity as a number in its unit. Returns undefined for a malformed one. */
function quantity(value: unknown): number | undefined {
  const billionths = parseQuantity(value);
  return billionths === undefined ? undefined : Number(billionths) / 1e9;
}

function roomForDebugger(container: Container): string[] {
  const changes: string[] = [];
  const limits = container.resources?.['limits'] as Record<string, unknown> | undefined;
  const memory = quantity(limits?.['memory']);
  const cpu = quantity(limits?.['cpu']);
  if (limits && memory !== undefined) {
    const more = String(Math.ceil(memory + debuggerMemory));
    changes.push(`memory limit ${String(limits['memory'])} + 1Gi`);
    limits['memory'] = more;
  }
  if (limits && cpu !== undefined) {
    changes.push(`CPU limit ${String(limits['cpu'])} + ${debuggerCpus}`);
    limits['cpu'] = `${Math.ceil((cpu + debuggerCpus) * 1000)}m`;
  }
  const env = container['env'] as { name: string }[] | undefined;
  if (env?.some(({ name }) => name === 'GOMEMLIMIT')) {
    // The debugger is also a Go program, and inherits the environment of the process.
    container['env'] = env.filter(({ name }) => name !== 'GOMEMLIMIT');
    changes.push('no GOMEMLIMIT');
  }
  return changes;
}
