import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { NxKubeError } from '@nx-kube/cluster';
import { execa } from 'execa';

export interface RunOptions {
  /** Absolute path of the folder to run in. Default: the working directory. */
  cwd?: string;
  /** Variables to add to this process's environment. An undefined value removes a variable. */
  env?: Record<string, string | undefined>;
  /** Text for standard input, which is then closed. Default: empty. */
  input?: string;
  /** Stops the command: SIGTERM to its process group, then SIGKILL after `graceMs`. */
  signal?: AbortSignal;
  /** Grace period (ms) between SIGTERM and SIGKILL. Default: 1500, so that the loop stops within 2 s. */
  graceMs?: number;
  /** Called with each line of both streams, without the line break. */
  onLine?: (line: string) => void;
}

/** How a command ended. A failure is not thrown, because only the caller knows who must act on it. */
export interface RunResult {
  /** Absent when a signal ended the command. */
  exitCode?: number;
  /** Whether `signal` stopped the command, or kept it from starting. */
  cancelled: boolean;
  stdout: string;
  stderr: string;
  ms: number;
}

/**
 * Running process groups. Each is a session of its own, so a Ctrl-C in the terminal reaches it only through this
 * process.
 */
const running = new Set<number>();

process.on('exit', () => running.forEach((group) => kill(group, 'SIGKILL')));

/**
 * Runs an external command with an argument array, never through a shell. The command gets its own process group, so
 * that stopping it also stops its children, such as the compilers and linkers of `go build`.
 *
 * @param command absolute path, from `requireCommand`
 * @throws NxKubeError (configuration) when the command cannot be started
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
      throw new NxKubeError('configuration', `${command} cannot be started: ${reasonOf(result.cause)}.`, {
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
    // The group has already ended by itself.
  }
}

function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
