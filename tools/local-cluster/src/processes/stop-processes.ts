import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './process-identity.js';

/** Grace period (ms) between SIGTERM and SIGKILL. */
export const STOP_GRACE = 5_000;
/** How long (ms) the kernel may take to remove a killed process. */
const KILL_GRACE = 10_000;
/** Poll interval (ms): the processes are not our children, so their end cannot be awaited. */
const LOOK_INTERVAL = 20;

/**
 * Stops all processes at once: SIGTERM, grace period, SIGKILL. Returns those that did not end in time after SIGKILL.
 */
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
    // The process ended between the check and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
