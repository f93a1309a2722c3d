import { readdirSync, readFileSync } from 'node:fs';

/**
 * Which process, not just which number: process ids are used again, also across boots, so a process is ours only while its
 * start time and the boot are those that were recorded.
 */
export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks since boot. */
  startTicks: string;
  bootId: string;
}

/**
 * The identity of a living process, or undefined if there is none by that id. A zombie is not alive, but only once all its
 * threads have ended: until then its files and ports are open.
 */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProcFile(`/proc/${pid}/stat`);
  const parsed = stat === undefined ? undefined : parseStat(stat);
  if (!parsed || (/[ZX]/.test(parsed.state) && !hasOtherThreads(pid))) return undefined;
  return { pid, startTicks: parsed.startTicks, bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const current = identify(identity.pid);
  return current?.startTicks === identity.startTicks && current.bootId === identity.bootId;
}

function hasOtherThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/** State and start time out of `/proc/<pid>/stat`. The second field, in parentheses, may itself hold spaces and parentheses. */
export function parseStat(stat: string): { state: string; startTicks: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  return state && startTicks ? { state, startTicks } : undefined;
}

export function bootId(): string {
  return (readProcFile('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

/** Undefined when the process has gone, or is not ours to read. */
export function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
