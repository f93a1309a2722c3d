import { runCommand } from '../process/run.js';

/** How far a build is. `total` is unknown at first. */
export interface GoProgress {
  compiled: number;
  total?: number;
}

/** With `-v` go writes the import path of each package that it compiles: one word, no position, no blank. */
export function isPackage(line: string): boolean {
  return /^[\w.~/-]+$/.test(line);
}

/**
 * Counts the packages that a build may have to compile, for a first build that takes minutes.
 *
 * @returns undefined where go cannot tell, such as for a package that does not parse
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
