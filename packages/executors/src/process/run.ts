import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { NxKubeError } from '@nx-kube/cluster';
import { execa } from 'execa';

export interface RunOptions {
  /** Absolute path. Default: the working directory. */
  cwd?: string;
  /** Added to the environment of this process; what is undefined is taken away. */
  env?: Record<string, string | undefined>;
  /** Written to standard input, which is then closed. Default: nothing, closed. */
  input?: string;
  /** Stops the command: SIGTERM to its whole process group, after `graceMs` SIGKILL. */
  signal?: AbortSignal;
  /** Default: 1500 ms, so that a loop that is told to stop has stopped within 2 s. */
  graceMs?: number;
  /** Every line of both streams as it comes, without its line break. */
  onLine?: (line: string) => void;
}

/** How a command ended. A failure is data here: only the caller knows whose it is. */
export interface RunResult {
  /** Undefined if a signal ended it. */
  exitCode?: number;
  /** It was stopped by `signal`, or was not even started because of it. */
  cancelled: boolean;
  stdout: string;
  stderr: string;
  ms: number;
}

/** Process groups under way. They are sessions of their own, so no Ctrl-C of the terminal reaches them but through here. */
const running = new Set<number>();

process.on('exit', () => running.forEach((group) => kill(group, 'SIGKILL')));

/**
 * Runs an outside command, by an argument array, never through a shell. It gets a process group of its own, so that
 * stopping it also stops what it started (`go build` starts compilers and linkers).
 *
 * @param command absolute path, from `requireCommand`
 * @throws NxKubeError (configuration) if it cannot be started at all
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd, env, input = '', signal, graceMs = 1500, onLine } = options;
  const started = performance.now();
  if (signal?.aborted) return { cancelled: true, stdout: '', stderr: '', ms: 0 };

  const child = execa(command, args, { cwd, env, input, detached: true, reject: false, stripFinalNewline: false });
  const group = child.pid;
  if (group !== undefined) running.add(group);
  const lines = onLine ? [child.stdout, child.stderr].map((stream) => everyLine(stream, onLine)) : [];

  let cancelled = false;
  let force: NodeJS.Timeout | undefined;
  const stop = () => {
    cancelled = true;
    kill(group, 'SIGTERM');
    force = setTimeout(() => kill(group, 'SIGKILL'), graceMs);
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const result = await child;
    await Promise.all(lines);
    if (group === undefined) {
      throw new NxKubeError('configuration', `${command} cannot be started: ${reasonOf(result.cause)}`, {
        next: 'Check that the file is a program for this machine and that the working directory exists.',
        cause: result.cause,
      });
    }
    return {
      exitCode: result.exitCode,
      cancelled,
      stdout: result.stdout,
      stderr: result.stderr,
      ms: performance.now() - started,
    };
  } finally {
    clearTimeout(force);
    signal?.removeEventListener('abort', stop);
    if (group !== undefined) running.delete(group);
  }
}

async function everyLine(stream: Readable, onLine: (line: string) => void): Promise<void> {
  for await (const line of createInterface(stream)) onLine(line);
}

function kill(group: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch {
    // Nobody is left in the group: it ended by itself.
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
