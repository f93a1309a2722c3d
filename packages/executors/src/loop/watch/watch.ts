import { stat } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { failureIsHarmless, inBackground } from '@nx-kube/cluster';
import { watch as watchFiles } from 'chokidar';
import { gitIgnored } from './git-ignored.js';
import { isTemporary } from './temporary-files.js';

/** Files that changed together. */
export interface Edit {
  /** Paths relative to the workspace root, with forward slashes, sorted. */
  files: string[];
  /** When the first of them changed (ms of `performance.now()`). */
  at: number;
}

export interface WatchOptions {
  workspaceRoot: string;
  /** Folders and files to watch, relative to the workspace root. */
  roots: string[];
  /**
   * Whether an absolute path is left out. The watcher asks first without `isDirectory`, before it knows it. Default:
   * paths that git ignores.
   */
  ignored?: (path: string, isDirectory?: boolean) => boolean;
  /** Depth below the roots (folders). Default: no limit. */
  depth?: number;
  /** An edit is complete after this time without a change (ms): one save is often several events. Default: 15. */
  quietMs?: number;
  signal: AbortSignal;
  onEdit: (edit: Edit) => void;
  /** Called when every root is watched, with the files and folders, relative to the workspace root. */
  onWatched?: (files: string[]) => void;
  /** Called the first time that a path cannot be watched. */
  onError?: (error: NodeJS.ErrnoException) => void;
}

/**
 * Pause (ms) before each changed file is checked once more. chokidar drops events of a file for 50 ms after it has
 * reported one, and the last of rapid saves may be among them.
 */
const lookAgainAfterMs = 50;

/**
 * Watches files and calls `onEdit` with those that changed together. Resolves when every root is watched; from then on
 * no edit is missed. Stops with the signal.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { workspaceRoot, roots, ignored = gitIgnored(workspaceRoot), depth, quietMs = 15, signal, onEdit } = options;
  const watcher = watchFiles(roots, {
    cwd: workspaceRoot,
    ignoreInitial: true,
    depth,
    // A folder of another user, such as the volume of a database, holds no input.
    ignorePermissionErrors: true,
    ignored: (path, stats) => ignored(path, stats?.isDirectory()),
  });

  const fromRoot = (path: string) => relative(workspaceRoot, resolve(workspaceRoot, path)).split(sep).join('/');
  let changed = new Set<string>();
  /** Those of `changed` that did not exist before. */
  let added = new Set<string>();
  /** Files that came and went within one edit: their end may be reported later. */
  const passed = new Set<string>();
  let at = 0;
  let timer: NodeJS.Timeout | undefined;
  const lookingAgain = new Set<NodeJS.Timeout>();
  const note = (file: string) => {
    if (!changed.size) at = performance.now();
    changed.add(file);
    clearTimeout(timer);
    timer = setTimeout(() => void flush().catch((error) => options.onError?.(error)), quietMs);
  };
  const flush = async () => {
    const [all, isNew, began] = [[...changed].sort(), added, at];
    changed = new Set();
    added = new Set();
    // The versions are taken before `onEdit`, so that a save during the build counts as another edit.
    const versions = await Promise.all(all.map((file) => versionOf(resolve(workspaceRoot, file))));
    const known = new Map(all.map((file, i) => [file, versions[i]]));
    // An editor saves through a file of another name, which it then renames.
    const hasPassed = (file: string) => isNew.has(file) && known.get(file) === undefined;
    all.filter(hasPassed).forEach((file) => passed.add(file));
    const files = all.filter((file) => !hasPassed(file));
    if (signal.aborted || !files.length) return;
    onEdit({ files, at: began });
    const again = setTimeout(() => {
      lookingAgain.delete(again);
      files.forEach(async (file) => {
        if ((await versionOf(resolve(workspaceRoot, file))) !== known.get(file) && !signal.aborted) note(file);
      });
    }, lookAgainAfterMs);
    lookingAgain.add(again);
  };
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir' || isTemporary(basename(path))) return;
    const file = fromRoot(path);
    if (passed.delete(file) && event === 'unlink') return;
    if (event === 'add' && !changed.has(file)) added.add(file);
    note(file);
  });

  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer);
      lookingAgain.forEach(clearTimeout);
      inBackground(watcher.close(), failureIsHarmless);
    },
    { once: true },
  );
  let failed = false;
  // Beyond an inotify limit, each further folder is an error of its own.
  watcher.on('error', (error) => {
    if (!failed) options.onError?.(error as NodeJS.ErrnoException);
    failed = true;
  });
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  options.onWatched?.(watchedFiles(watcher.getWatched()).map(fromRoot));
}

function watchedFiles(folders: Record<string, string[]>): string[] {
  return Object.entries(folders).flatMap(([folder, names]) => names.map((name) => join(folder, name)));
}

/** A text that differs after each save; undefined where there is no file. */
async function versionOf(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ mtimeNs, size, ino }) => `${mtimeNs} ${size} ${ino}`,
    () => undefined,
  );
}
