import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { execa, type Options } from 'execa';

/** Search path for programs, with the folders that only root's login shell adds. */
export const PATH = [process.env['PATH'], '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin']
  .filter(Boolean)
  .join(':');

export interface RunOptions {
  signal?: AbortSignal;
  input?: string | Uint8Array;
  env?: Record<string, string>;
  cwd?: string;
  /** File that receives the standard output instead. */
  outputFile?: string;
}

/** Runs a program to its end and returns its standard output. An error names the program and quotes its last lines. */
export async function runProgram(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  const { signal, input, env, cwd, outputFile } = options;
  const execaOptions = {
    ...(cwd ? { cwd } : {}),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(signal ? { cancelSignal: signal } : {}),
    ...(outputFile ? { stdout: { file: outputFile } } : {}),
    env: { PATH, ...env },
    reject: false,
    stripFinalNewline: false,
  } satisfies Options;
  const result = await execa(program, args, execaOptions);
  signal?.throwIfAborted();
  if (result.failed) {
    const missing = 'code' in result && result.code === 'ENOENT';
    const said = lastLines(String(result.stderr || result.stdout || ''), 10);
    throw new NxKubeError(
      'cluster',
      missing
        ? `${program} is not installed.`
        : `${program} ${args.slice(0, 3).join(' ')} failed${result.exitCode === undefined ? '' : ` with exit code ${result.exitCode}`}${said ? `:\n${said}` : '.'}`,
      { cause: result },
    );
  }
  return String(result.stdout ?? '');
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
