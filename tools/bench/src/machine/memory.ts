import { readFileSync } from 'node:fs';
import type { Memory } from '../report/sample.js';

/** Returns the memory of a local process; undefined if the kernel does not report it or the process has ended. */
export function memoryOf(pid: number): Memory | undefined {
  try {
    return parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Parses /proc/<pid>/status. Pure. */
export function parseStatus(status: string): Memory | undefined {
  const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  const memory = { resident: kilobytes('VmRSS') * 1024, peak: kilobytes('VmHWM') * 1024 };
  return Number.isNaN(memory.resident) ? undefined : memory;
}

/** Returns the larger of each number. Pure. */
export function larger(a: Memory | undefined, b: Memory | undefined): Memory | undefined {
  if (!a || !b) return a ?? b;
  return { resident: Math.max(a.resident, b.resident), peak: Math.max(a.peak, b.peak) };
}
