// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { breakSilence } from './silence.mjs';

/** @typedef {'SIGINT' | 'SIGTERM' | 'SIGHUP'} Interruption */

/** One Ctrl-C may arrive twice, by npm and by the terminal: only one that comes this much later, in ms, is another. */
const ANOTHER = 1_000;
/** How long what a child has started may outlive it after an interruption, in ms. */
const GRACE = 5_000;

/** Process groups of the children that run now; whether each is there to clean up, which an interruption must not stop. */
const running = new Map();
/** Set by the first signal. @type {{ signal: Interruption, at: number } | undefined} */
let interruption;

/** Thrown where a child was to run, or ran, when this process was asked to end. */
export class Interrupted extends Error {
  /** @param {Interruption} signal */
  constructor(signal) {
    super(`stopped by ${signal}`);
    /** As a shell reports it. */
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * From now on a signal ends the children instead of this process, which so has the time to clean up; another one kills
 * them. Each child has a process group of its own: a signal reaches all that it has started, and once.
 */
export function passInterruptionsOn() {
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
  // The terminal may be gone, and cleaning up has something to say.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * @typedef {object} ChildOptions
 * @property {string} what what it does, for whoever waits: `building the packages`
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(chunk: string) => void} [onOutput] takes its standard output, which is shown otherwise
 * @property {boolean} [live] it draws on a terminal if there is one
 * @property {boolean} [cleansUp] it runs also after an interruption
 */

/**
 * Runs a program to its end, and shows what it writes.
 * @param {string} command @param {string[]} args @param {ChildOptions} options
 * @returns {Promise<number>} its exit status; 127 if it cannot be started
 */
export async function runChild(command, args, { what, cwd, env, onOutput, live = false, cleansUp = false }) {
  if (interruption && !cleansUp) throw new Interrupted(interruption.signal);
  const draws = live && process.stdout.isTTY;
  const child = spawn(command, args, {
    cwd,
    env,
    detached: true,
    stdio: draws ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
  });
  const silence = draws ? undefined : breakSilence(what, (line) => console.log(line));
  child.stderr?.on('data', (chunk) => (silence?.heard(), process.stderr.write(chunk)));
  if (onOutput) child.stdout?.setEncoding('utf8').on('data', onOutput);
  else child.stdout?.on('data', (chunk) => (silence?.heard(), process.stdout.write(chunk)));
  const group = child.pid;
  if (group !== undefined) running.set(group, cleansUp);
  try {
    const closed = once(child, 'close');
    closed.catch(() => {});
    const [status] = await once(child, 'exit');
    if (group !== undefined && interruption && !cleansUp) await endGroup(group);
    // What it has left running may hold its output open.
    await Promise.race([closed, delay(GRACE, undefined, { ref: false })]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (interruption && !cleansUp) throw new Interrupted(interruption.signal);
    return status ?? 1;
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    console.error(`${command} cannot be started: ${error instanceof Error ? error.message : error}`);
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

/** @param {number} group @param {NodeJS.Signals | 0} signal @returns {boolean} whether there is anyone to receive it */
function signalGroup(group, signal) {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
