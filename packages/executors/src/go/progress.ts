import { runCommand } from '../process/run.js';

/** Progress of a build, in packages. `total` is absent until it is known. */
export interface GoProgress {
  compiled: number;
  total?: number;
}

/** Whether a line of `go build -v` is the import path of a compiled package: one word without a position. */
export function isPackage(line: string): boolean {
  return /^[\w.~/-]+$/.test(line);
}

/**
 * Counts the packages that a build may have to compile.
 *
 * @returns undefined when go cannot list them, such as for a package that does not parse
 */
export async function countPackages(
  go: string,
  options: { directory: string; main: string; tags: string[]; env: Record<string, string>; signal?: AbortSignal },
): Promise<number | undefined> {
  const { directory: cwd, main, tags, env, signal } = options;
  const flags = tags.length ? [`-tags=${tags.join(',')}`] : [];
  const { exitCode, stdout } = await runCommand(go, ['list', '-deps', ...flags, '--', main], { cwd, env, signal });
  return exitCode === 0 ? stdout.split('\n').filter(Boolean).length : undefined;
}
