import { readdirSync, readFileSync } from 'node:fs';

/**
 * Identifies a process. Process ids are reused, also across boots. A process is ours only if its start time and boot
 * match the record, too.
 */
export interface ProcessIdentity {
  pid: number;
  /** Start time (clock ticks since boot). */
  startTicks: string;
  bootId: string;
}

/**
 * Returns the identity of a living process, or undefined. A zombie is dead only once all its threads have ended: until
 * then its files and ports stay open.
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

/**
 * Parses state and start time from `/proc/<pid>/stat`. The second field, in parentheses, may contain spaces and
 * parentheses.
 */
export function parseStat(stat: string): { state: string; startTicks: string } | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  return state && startTicks ? { state, startTicks } : undefined;
}

export function bootId(): string {
  return (readProcFile('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

/** Returns undefined if the process has ended or is not readable. */
export function readProcFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
