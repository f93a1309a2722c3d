import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { CGROUP } from '../config/network-plan.js';
import { identify, type ProcessIdentity } from '../processes/process-identity.js';
import { parseMounts, type Mount } from './mounts.js';

/** The group for the processes of a container's root group. A group with controlled children may not hold processes. */
const INIT_GROUP = 'nx-kube-init';
const CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids', 'io', 'hugetlb'];
const REMOVAL_TIMEOUT = 5_000;

/** Creates the parent group of all pods in each hierarchy of the machine. */
export function ensureControlGroups(): void {
  const roots = hierarchies();
  if (roots.length === 0) {
    throw new NxKubeError('cluster', 'No control groups are mounted on this machine.', {
      next: 'Mount them at /sys/fs/cgroup, or use any other cluster.',
    });
  }
  for (const root of roots) {
    if (root.type === 'cgroup2' && roots.length === 1) delegateControllers(root.point);
    mkdirSync(join(root.point, CGROUP), { recursive: true });
  }
}

/** Returns the processes of all containers. */
export function containerProcesses(): ProcessIdentity[] {
  const pids = hierarchies()
    .flatMap(({ point }) => groupsBelow(join(point, CGROUP)))
    .flatMap((group) => read(join(group, 'cgroup.procs')).split('\n'))
    .filter(Boolean);
  return [...new Set(pids)].map((pid) => identify(Number(pid))).filter((identity) => identity !== undefined);
}

/** Removes the groups. Their processes must have been stopped; the kernel may take a moment to notice. */
export async function removeControlGroups(): Promise<void> {
  const deadline = Date.now() + REMOVAL_TIMEOUT;
  for (const group of hierarchies().flatMap(({ point }) => groupsBelow(join(point, CGROUP)))) {
    for (;;) {
      try {
        rmdirSync(group);
        break;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'ENOENT') break;
        if (code !== 'EBUSY' || Date.now() > deadline) throw error;
        await delay(20);
      }
    }
  }
}

/** Returns each mounted hierarchy once, without containers' views of it and mounts elsewhere. */
function hierarchies(): Mount[] {
  return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8')).filter(
    ({ type, point }) => type.startsWith('cgroup') && point.startsWith('/sys/fs/cgroup'),
  );
}

/** Enables all needed controllers for child groups. cgroup v2 requires this from the root down. */
export function delegateControllers(root: string): void {
  const wanted = () => {
    const enabled = read(join(root, 'cgroup.subtree_control')).split(/\s+/);
    return read(join(root, 'cgroup.controllers'))
      .split(/\s+/)
      .filter((name) => CONTROLLERS.includes(name) && !enabled.includes(name));
  };
  const enable = () => wanted().forEach((name) => writeFileSync(join(root, 'cgroup.subtree_control'), `+${name}`));
  try {
    enable();
  } catch (error) {
    // In a container the "root" is an ordinary group that holds processes.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    mkdirSync(join(root, INIT_GROUP), { recursive: true });
    for (const pid of read(join(root, 'cgroup.procs')).split('\n').filter(Boolean)) {
      try {
        writeFileSync(join(root, INIT_GROUP, 'cgroup.procs'), pid);
      } catch {
        // The process has ended, or belongs to the kernel.
      }
    }
    enable();
  }
}

/** Returns the group and all groups below it, deepest first. */
function groupsBelow(group: string): string[] {
  if (!existsSync(group)) return [];
  try {
    const children = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...children.flatMap(({ name }) => groupsBelow(join(group, name))), group];
  } catch {
    return []; // The group was removed in the meantime.
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // The group was removed in the meantime.
  }
}
