import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';

/**
 * Finds a command on PATH without running anything. An absolute path is only checked.
 *
 * @returns the absolute path, or undefined when there is no such executable file
 */
export async function findCommand(name: string, path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  if (isAbsolute(name)) return (await isExecutable(name)) ? name : undefined;
  for (const folder of path.split(delimiter)) {
    // An empty entry means the working directory, from which no command is ever taken.
    if (!folder) continue;
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/**
 * Finds a command that is required, like `findCommand`.
 *
 * @param next the next step when it is missing: one imperative sentence
 * @throws NxKubeError (configuration) when it is missing
 */
export async function requireCommand(name: string, next: string): Promise<string> {
  const found = await findCommand(name);
  if (found) return found;
  const problem = isAbsolute(name) ? 'is not an executable file.' : 'is not on PATH.';
  throw new NxKubeError('configuration', `${name} ${problem}`, { next });
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
