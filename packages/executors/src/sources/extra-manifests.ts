import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError, parseManifests, type KubeObject } from '@nx-kube/cluster';
import { glob, isDynamicPattern } from 'tinyglobby';
import { escapeFolders } from '../format/escape-glob.js';
import { download, type PinnedUrl } from './download.js';

/** Absolute path of a file, absolute glob, or pinned URL. */
export type ExtraManifest = string | PinnedUrl;

/**
 * Reads the objects of files, globs and URLs, in the order of the entries. The files of a glob are sorted by name.
 *
 * @throws NxKubeError (configuration) that names an entry without a file, or a file that is not a manifest
 */
export async function readExtraManifests(
  extraManifests: readonly ExtraManifest[],
  options: { stateDirectory: string; signal?: AbortSignal },
): Promise<KubeObject[]> {
  const directory = join(options.stateDirectory, 'downloads');
  const parts = await Promise.all(
    extraManifests.map(async (entry) => {
      if (typeof entry === 'object') {
        return parseManifests(await download(entry, { directory, signal: options.signal }), entry.url);
      }
      const files = await filesOf(entry);
      const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
      return files.flatMap((file, i) => parseManifests(texts[i]!, file));
    }),
  );
  return parts.flat();
}

async function filesOf(entry: string): Promise<string[]> {
  if (/^https?:\/\//.test(entry)) {
    throw new NxKubeError('configuration', `"extraManifests": ${entry} has no "sha256".`, {
      next: `Write it as { "url": "${entry}", "sha256": "<sha256sum of its content>" }.`,
    });
  }
  if ((await stat(entry).catch(() => undefined))?.isFile()) return [entry];
  const pattern = escapeFolders(entry);
  if (isDynamicPattern(pattern)) {
    const files = await glob(pattern, { absolute: true, dot: false });
    if (files.length) return files.sort();
  }
  throw new NxKubeError('configuration', `"extraManifests": ${entry} matches no file.`, {
    next: 'Correct the path; files and globs are relative to the workspace root.',
  });
}
