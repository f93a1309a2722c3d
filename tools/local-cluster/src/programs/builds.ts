import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Layout } from '../config/layout.js';
import type { Progress } from '../config/progress.js';
import { inputsDigest, PROGRAMS } from './build-inputs.js';
import { goBuild } from './go-build.js';

/** The file beside built programs with the digest of their inputs. */
const DIGEST_FILE = 'inputs.sha256';
/** The number of kept builds: work trees with different inputs can alternate without a rebuild. */
const BUILDS_KEPT = 3;

/** The output of the Nx target `build`, which Nx may have restored from its cache. */
export const TARGET_OUTPUT = fileURLToPath(new URL('../bin/', import.meta.url));

export interface Build {
  folder: string;
  digest: string;
}

/** Returns the programs built from the current inputs, if the state folder has them. */
export async function findBuild(layout: Layout, signal: AbortSignal): Promise<Build | undefined> {
  const digest = await inputsDigest(signal);
  const folder = join(layout.builds, digest);
  return isComplete(folder, digest) ? { folder, digest } : undefined;
}

/**
 * Returns the folder with the programs built from the current inputs. They come from the state folder, which outlives
 * work trees, else from the target's output, else from a new build.
 */
export async function ensureBuild(layout: Layout, signal: AbortSignal, progress: Progress): Promise<Build> {
  const digest = await inputsDigest(signal);
  const folder = join(layout.builds, digest);
  if (!isComplete(folder, digest)) {
    mkdirSync(layout.builds, { recursive: true });
    // Build aside and rename: a folder with a digest's name is complete, even after an interruption.
    const making = mkdtempSync(join(layout.builds, '.making-'));
    try {
      if (isComplete(TARGET_OUTPUT, digest)) copyPrograms(TARGET_OUTPUT, making);
      else await goBuild(making, signal, progress);
      writeFileSync(join(making, DIGEST_FILE), digest);
      rmSync(folder, { recursive: true, force: true });
      renameSync(making, folder);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  }
  const now = new Date();
  utimesSync(folder, now, now);
  removeOldBuilds(layout);
  return { folder, digest };
}

/** Copies the programs into a folder that Nx caches. */
export function exportBuild(build: Build, folder: string): void {
  if (isComplete(folder, build.digest)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyPrograms(build.folder, folder);
  writeFileSync(join(folder, DIGEST_FILE), build.digest);
}

function isComplete(folder: string, digest: string): boolean {
  const file = join(folder, DIGEST_FILE);
  return (
    existsSync(file) &&
    readFileSync(file, 'utf8') === digest &&
    Object.keys(PROGRAMS).every((name) => existsSync(join(folder, name)))
  );
}

function copyPrograms(from: string, to: string): void {
  for (const name of Object.keys(PROGRAMS)) {
    try {
      linkSync(join(from, name), join(to, name));
    } catch {
      // The folder is on another file system.
      copyFileSync(join(from, name), join(to, name));
    }
  }
}

/** Keeps the most recently used builds. A running program keeps its file even after the removal. */
function removeOldBuilds(layout: Layout): void {
  readdirSync(layout.builds)
    .map((name) => join(layout.builds, name))
    .map((folder) => ({ folder, usedAt: statSync(folder).mtimeMs }))
    .sort((a, b) => b.usedAt - a.usedAt)
    .slice(BUILDS_KEPT)
    .forEach(({ folder }) => rmSync(folder, { recursive: true, force: true }));
}
