import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { configurationError } from '../files/configuration-error.js';

/**
 * Finds the folder to set up: the Nx workspace around a folder, else the folder itself if it is an npm package, else
 * the git repository around it. A workspace outside of the git repository does not count.
 *
 * @param directory absolute path
 * @throws an error when the folder is in no repository
 */
export function findRoot(directory: string): string {
  const around = upToRepository(directory);
  const has = (name: string) => (folder: string) => existsSync(join(folder, name));
  const workspace = around.find(has('nx.json'));
  if (workspace) return workspace;
  if (has('package.json')(directory)) return directory;
  const repository = around.find(has('.git'));
  if (repository) return repository;
  if (has('go.mod')(directory)) return directory;
  throw configurationError(
    `${directory} is in no git repository, and has neither go.mod, package.json nor nx.json.`,
    'Run the command in the repository of your controllers.',
  );
}

/** The folder and those around it, up to the root of its git repository. */
function upToRepository(directory: string): string[] {
  const folders = [directory];
  for (let folder = directory; !existsSync(join(folder, '.git')) && dirname(folder) !== folder;) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}
