import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** How long a component may take to stop by itself before it is killed, in milliseconds. */
export const STOP_GRACE = 5_000;
/** How long the kernel may take to remove a killed process, in milliseconds. */
const KILL_GRACE = 10_000;
/** They are not our children, so their end can only be looked for. */
const LOOK_INTERVAL = 20;

/** TERM, grace, KILL, for all of them at once. Returns those that even KILL did not end in time. */
export async function stopProcesses(processes: ProcessIdentity[], grace = STOP_GRACE): Promise<ProcessIdentity[]> {
  const stubborn = grace > 0 ? await signalAndWait(processes, 'SIGTERM', grace) : processes;
  return signalAndWait(stubborn, 'SIGKILL', KILL_GRACE);
}

async function signalAndWait(processes: ProcessIdentity[], signal: NodeJS.Signals, timeout: number) {
  for (const each of processes) {
    if (isAlive(each)) send(each.pid, signal);
  }
  const deadline = Date.now() + timeout;
  let alive = processes.filter(isAlive);
  while (alive.length > 0 && Date.now() < deadline) {
    await delay(LOOK_INTERVAL);
    alive = alive.filter(isAlive);
  }
  return alive;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
