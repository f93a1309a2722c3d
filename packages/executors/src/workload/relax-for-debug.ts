import { parseQuantity, type KubeObject } from '@nx-kube/cluster';
import { podSpecOf, type Container, type PodSpec } from './pod-template.js';

/** Seconds that a pod has to end, at least: for whoever steps through how it ends. */
const graceSeconds = 120;
/** What a debugger needs besides the process: it keeps the debug information in memory. */
const debuggerMemory = 1024 ** 3;
const debuggerCpus = 2;

/** Controller-runtime's scaffold, and others before and beside it. */
const leaderElection = /^(--?(?:enable-)?leader-elect(?:ion)?)(?:=.*)?$/;

/**
 * The workload so that its process can be held at a breakpoint: one pod, that nothing probes, that need not hold a lease, and that has
 * memory for a debugger. Nothing of what makes the pod hardened is changed. Pure; applying the object as it was before undoes it all.
 *
 * @param name of the container under development
 * @returns the object, and what was changed, a line each
 */
export function relaxForDebug(object: KubeObject, name: string): { object: KubeObject; changes: string[] } {
  const copy = structuredClone(object);
  const podSpec = podSpecOf(copy)!;
  const container = podSpec.containers.find((c) => c.name === name)!;
  const changes = [
    ...onePod(copy),
    ...noProbes(container),
    // More than one pod of a DaemonSet stay, so one of them has to lead.
    ...(copy.kind === 'DaemonSet' ? [] : noLeaderElection(container)),
    ...moreGrace(podSpec),
    ...roomForDebugger(container),
  ];
  return { object: copy, changes };
}

/** The pod before goes first: it would reconcile what breakpoints wait for. */
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

/** Set to false rather than left out: for some programs the default is true. */
function noLeaderElection(container: Container): string[] {
  const found: string[] = [];
  const off = (argument: string) => {
    const [, flag] = leaderElection.exec(argument) ?? [];
    if (!flag || argument === `${flag}=false`) return argument;
    found.push(`${argument} → ${flag}=false`);
    return `${flag}=false`;
  };
  for (const field of ['command', 'args'] as const) if (container[field]) container[field] = container[field].map(off);
  return found;
}

function moreGrace(podSpec: PodSpec): string[] {
  const before = Number(podSpec['terminationGracePeriodSeconds'] ?? 30);
  if (before >= graceSeconds) return [];
  podSpec['terminationGracePeriodSeconds'] = graceSeconds;
  return [`terminationGracePeriodSeconds ${before} → ${graceSeconds}`];
}

/** A quantity as a number, in its unit; undefined if it is none. */
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
    // The debugger is a Go program too, and has the environment of the process.
    container['env'] = env.filter(({ name }) => name !== 'GOMEMLIMIT');
    changes.push('no GOMEMLIMIT');
  }
  return changes;
}
