import { createHash } from 'node:crypto';
import { cp, lstat, mkdir, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, sep } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { sha256 } from '../archive/sha256.js';
import { dockerIgnore, type Ignored } from './docker-ignore.js';

/** Large folders of tools, which are not read: no Dockerfile of a Go program copies them. */
const neverUsed = new Set(['.git', '.nx', 'node_modules']);

/** Files that reach an image only through the binary. */
const goSource = /(?:\.go|(?:^|\/)go\.(?:mod|sum|work|work\.sum))$/;

export interface ContextContent {
  /** Absolute path of the folder. */
  context: string;
  /** Absolute path of the Dockerfile. A `<name>.dockerignore` beside it replaces the context's `.dockerignore`. */
  dockerfile: string;
  /** Absolute paths of files and folders to exclude. */
  without: string[];
  /** Whether to include Go sources. */
  goSources: boolean;
}

/** Computes a digest of the files that a builder may copy from a context: paths, modes and bytes. */
export async function contextDigest({ context, dockerfile, without, goSources }: ContextContent): Promise<string> {
  const ignored = await readIgnoreFile(context, dockerfile);
  const excluded = new Set(without.map((path) => relative(context, path).split(sep).join('/')));
  const hash = createHash('sha256');
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(join(context, folder), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = posix.join(folder, entry.name);
      if (neverUsed.has(entry.name) || excluded.has(path)) continue;
      if (entry.isDirectory()) await visit(path);
      else if (!ignored(path) && (goSources || !goSource.test(path)))
        hash.update(await describe(join(context, path), path));
    }
  };
  await visit('');
  return hash.digest('hex');
}

async function describe(file: string, path: string): Promise<string> {
  const found = await lstat(file);
  if (found.isSymbolicLink()) return JSON.stringify([path, 'link', await readlink(file)]);
  if (!found.isFile()) return JSON.stringify([path, 'special']);
  return JSON.stringify([path, found.mode & 0o111 ? 'program' : 'file', await sha256(file)]);
}

async function readIgnoreFile(context: string, dockerfile: string): Promise<Ignored> {
  for (const file of [`${dockerfile}.dockerignore`, join(context, '.dockerignore')]) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return dockerIgnore(text);
  }
  return () => false;
}

/**
 * Copies files and folders of a context to another folder, with their paths and modes.
 *
 * @param only paths relative to `context`
 * @throws NxKubeError (configuration) when a path does not exist or is outside of the context
 */
export async function copyContext(context: string, only: readonly string[], to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const path of only) {
    const from = join(context, path);
    const inside = relative(context, from);
    if (inside === '..' || inside.startsWith(`..${sep}`)) {
      throw new NxKubeError('configuration', `"only": ${path} is outside of the context ${context}.`, {
        next: 'Set "context" to a folder that holds all files of the image.',
      });
    }
    if (!(await stat(from).catch(() => undefined))) {
      throw new NxKubeError('configuration', `"only": ${from} does not exist.`, {
        next: 'Correct the path, or make the target that builds the file a dependency of image-build.',
      });
    }
    await mkdir(dirname(join(to, inside)), { recursive: true });
    await cp(from, join(to, inside), {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: (source) => !neverUsed.has(basename(source)),
    });
  }
}
