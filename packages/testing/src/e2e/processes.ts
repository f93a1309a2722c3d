import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export interface ProcessInfo {
  pid: number;
  command: string[];
}

/** Lists processes of this machine whose command line matches, including those in pods. */
export function processes(matches: (process: ProcessInfo) => boolean): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`).split('\0').filter(Boolean) }))
    .filter((process) => process.command.length > 0 && matches(process));
}

/** Lists processes whose working directory or program is in a folder. */
export function processesOf(folder: string): ProcessInfo[] {
  return processes(
    ({ pid, command }) => command.join(' ').includes(folder) || link(`/proc/${pid}/cwd`).startsWith(folder),
  );
}

/** Waits until no process works in a folder any more. Polls, because the system reports no such event. */
export async function noProcessesOf(folder: string): Promise<void> {
  while (processesOf(folder).length) await pause(20);
}

/** Process id of the first process of a pod's container, found by its command: PID 1 in the container. */
export function firstProcess(podUid: string, command: string): number {
  const inPod = (pid: number) => read(`/proc/${pid}/cgroup`).replaceAll('_', '-').includes(podUid);
  const found = processes(({ pid, command: [program, verb] }) => program === command && verb === 'run' && inPod(pid));
  if (found.length !== 1) throw new Error(`${found.length} processes ${command} in pod ${podUid}`);
  return found[0]!.pid;
}

/** Resident memory of a process in bytes. */
export function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended meanwhile.
    return '';
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
