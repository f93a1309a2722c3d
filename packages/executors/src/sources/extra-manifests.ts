import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError, parseManifests, type KubeObject } from '@nx-kube/cluster';
import { glob, isDynamicPattern } from 'tinyglobby';
import { download, type PinnedUrl } from './download.js';

/** A file or a glob (absolute), or a pinned URL. */
export type ExtraManifest = string | PinnedUrl;

/**
 * The objects of files, of the files of globs in the order of their names, and of URLs; in the order given.
 *
 * @throws NxKubeError (configuration) naming the entry that has no file, or the file that is no manifest
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
    throw new NxKubeError('configuration', `extraManifests: ${entry} is not pinned`, {
      next: `Write it as { "url": "${entry}", "sha256": "<sha256sum of what it serves>" }.`,
    });
  }
  if ((await stat(entry).catch(() => undefined))?.isFile()) return [entry];
  if (isDynamicPattern(entry)) {
    const files = await glob(entry, { absolute: true, dot: false });
    if (files.length) return files.sort();
  }
  throw new NxKubeError('configuration', `extraManifests: there is no file ${entry}`, {
    next: 'Correct the option; files and globs are relative to the workspace root.',
  });
}
