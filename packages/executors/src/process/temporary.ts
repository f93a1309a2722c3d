import { mkdtempSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary files and folders of this process that may exist now. */
const present = new Set<string>();

/** A program that was just killed may still write into its folder for a moment. */
const removal = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };

let removesAtExit = false;

/**
 * Makes sure that a path is removed, however this process ends: Nx ends it right after a failure, and a second Ctrl-C
 * ends it at once. Only SIGKILL leaves the path behind. The listener comes after the one that kills running programs.
 */
function track(path: string): void {
  present.add(path);
  if (removesAtExit) return;
  removesAtExit = true;
  process.on('exit', () => {
    for (const left of present) {
      try {
        rmSync(left, removal);
      } catch {
        // The process ends: nobody could act on it.
      }
    }
  });
}

async function remove(path: string): Promise<void> {
  await rm(path, removal);
  present.delete(path);
}

/**
 * Runs work with a temporary folder, and removes the folder afterwards.
 *
 * @param name what the folder is for; it is part of its name
 * @param parent absolute path. Default: the system's folder for temporary files
 */
export async function withTemporaryFolder<T>(
  name: string,
  work: (folder: string) => Promise<T>,
  parent = tmpdir(),
): Promise<T> {
  // Synchronous, so that the process cannot end between making and tracking it.
  const folder = mkdtempSync(join(parent, `nx-kube-${name}-`));
  track(folder);
  try {
    return await work(folder);
  } finally {
    await remove(folder);
  }
}

/**
 * Replaces a file as a whole: a reader sees the old or the new file, never a part. No temporary file stays behind.
 *
 * @param path absolute path; its folder exists
 * @param write writes the temporary file, which is in the same folder
 */
export async function replaceFile(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  track(temporary);
  try {
    await write(temporary);
    await rename(temporary, path);
  } finally {
    await remove(temporary);
  }
}
