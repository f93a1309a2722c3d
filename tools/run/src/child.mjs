// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { breakSilence } from './silence.mjs';

/** @typedef {'SIGINT' | 'SIGTERM' | 'SIGHUP'} Interruption */

/** Minimum time (ms) between two interruptions: one Ctrl-C may arrive twice, from npm and from the terminal. */
const ANOTHER = 1_000;
/** Grace period (ms) for a child's own children after an interruption. */
const GRACE = 5_000;

/**
 * The running children, as `kill` takes them: a process group, or a process that shares the group of this one. The
 * value says whether the child cleans up. An interruption must not stop a clean-up.
 */
const running = new Map();
/** Windows has no process groups. */
let sharesGroup = process.platform === 'win32';
/** The first interruption. @type {{ signal: Interruption, at: number } | undefined} */
let interruption;

/** Thrown instead of running a child, or instead of its result, after an interruption of this process. */
export class Interrupted extends Error {
  /** @param {Interruption} signal */
  constructor(signal) {
    super(`stopped by ${signal}`);
    /** As a shell reports it. */
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Makes a signal end the children instead of this process, which then has time to clean up. Another signal kills the
 * children. Each child has its own process group, so a signal reaches all its descendants exactly once.
 * @param {{ sharedGroup?: boolean }} [options] `sharedGroup`: children stay in the group of this process, because its
 *   parent signals the whole group
 */
export function passInterruptionsOn({ sharedGroup = false } = {}) {
  sharesGroup ||= sharedGroup;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      const first = interruption === undefined;
      interruption ??= { signal, at: Date.now() };
      if (!first && Date.now() - interruption.at < ANOTHER) return;
      for (const [group, cleansUp] of running) {
        if (!first || !cleansUp) signalGroup(group, first ? signal : 'SIGKILL');
      }
    });
  }
  // A closed terminal must not stop the clean-up, which prints lines, too.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * @typedef {object} ChildOptions
 * @property {string} what the activity, for progress lines: `building the packages`
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(chunk: string) => void} [onOutput] receives the standard output instead of the terminal
 * @property {boolean} [live] whether it may draw on the terminal
 * @property {boolean} [cleansUp] whether it also runs after an interruption
 */

/**
 * Runs a program to its end and shows its output.
 * @param {string} command @param {string[]} args @param {ChildOptions} options
 * @returns {Promise<number>} its exit status; 127 if it cannot be started
 */
export async function runChild(command, args, { what, cwd, env, onOutput, live = false, cleansUp = false }) {
  if (interruption && !cleansUp) throw new Interrupted(interruption.signal);
  const draws = live && process.stdout.isTTY;
  const child = spawn(command, args, {
    cwd,
    env,
    detached: !sharesGroup,
    stdio: draws ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  const silence = draws ? undefined : breakSilence(what, (line) => console.log(line));
  child.stderr?.on('data', (chunk) => (silence?.heard(), process.stderr.write(chunk)));
  if (onOutput) child.stdout?.setEncoding('utf8').on('data', onOutput);
  else child.stdout?.on('data', (chunk) => (silence?.heard(), process.stdout.write(chunk)));
  const group = child.pid === undefined || sharesGroup ? child.pid : -child.pid;
  if (group !== undefined) running.set(group, cleansUp);
  try {
    const closed = once(child, 'close');
    closed.catch(() => {});
    const [status] = await once(child, 'exit');
    if (group !== undefined && interruption && !cleansUp) await endGroup(group);
    // A process that it has left behind may keep its output open.
    await Promise.race([closed, delay(GRACE, undefined, { ref: false })]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (interruption && !cleansUp) throw new Interrupted(interruption.signal);
    return status ?? 1;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    console.error(`${command} cannot be started: ${error instanceof Error ? error.message : error}.`);
    return 127;
  } finally {
    silence?.end();
    if (group !== undefined) running.delete(group);
  }
}

/** @param {number} group */
async function endGroup(group) {
  const deadline = Date.now() + GRACE;
  while (signalGroup(group, 0)) {
    if (Date.now() > deadline) signalGroup(group, 'SIGKILL');
    await delay(50);
  }
}

/** @param {number} group @param {NodeJS.Signals | 0} signal @returns {boolean} whether the group has a process */
function signalGroup(group, signal) {
  try {
    return process.kill(group, signal);
  } catch {
    return false;
  }
}
