import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';

/**
 * Absolute path of an outside command, searched on PATH without running anything; undefined if there is none.
 * A name with a slash is a path and is only checked.
 */
export async function findCommand(name: string, path = process.env['PATH'] ?? ''): Promise<string | undefined> {
  if (isAbsolute(name)) return (await isExecutable(name)) ? name : undefined;
  for (const folder of path.split(delimiter)) {
    // An empty entry means the working directory: commands are never taken from there.
    if (!folder) continue;
    const candidate = join(folder, name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/**
 * The same, for a command that cannot be done without.
 *
 * @param next what to do when it is missing: one imperative sentence
 * @throws NxKubeError (configuration)
 */
export async function requireCommand(name: string, next: string): Promise<string> {
  const found = await findCommand(name);
  if (found) return found;
  const problem = isAbsolute(name) ? 'is not an executable file' : 'is not on PATH';
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
