import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { watch as watchFiles } from 'chokidar';
import { gitIgnored } from './git-ignored.js';

/** Files that changed together. */
export interface Edit {
  /** Paths relative to the workspace root, with forward slashes, sorted. */
  files: string[];
  /** When the first of them changed, in ms of `performance.now()`. */
  at: number;
}

export interface WatchOptions {
  workspaceRoot: string;
  /** Folders and files to watch, relative to the workspace root. */
  roots: string[];
  /** Whether a path, absolute, is not watched. Default: what git ignores is not. */
  ignored?: (path: string, isDirectory: boolean) => boolean;
  /** How many folders deep below the roots. Default: all. */
  depth?: number;
  /** A save is often several events: an edit is complete when nothing has changed for so long. Default: 15 ms. */
  quietMs?: number;
  signal: AbortSignal;
  onEdit: (edit: Edit) => void;
  /** Called when something cannot be watched, the first time that it happens. */
  onError?: (error: NodeJS.ErrnoException) => void;
}

/**
 * chokidar drops what happens to a file within 50 ms of a change that it reported, so the last of rapid saves may be
 * among it: each file is looked at once more after that.
 */
const lookAgainAfterMs = 50;

/**
 * Watches files and calls `onEdit` with what changed together. Resolves once every root is
 * being watched; from then on no edit is missed. Stops with the signal.
 */
export async function watch(options: WatchOptions): Promise<void> {
  const { workspaceRoot, roots, ignored = gitIgnored(workspaceRoot), depth, quietMs = 15, signal, onEdit } = options;
  const watcher = watchFiles(roots, {
    cwd: workspaceRoot,
    ignoreInitial: true,
    depth,
    ignored: (path, stats) => ignored(path, stats?.isDirectory() ?? false),
  });

  let changed = new Set<string>();
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
    const edit = { files: [...changed].sort(), at };
    changed = new Set();
    // As they are before anybody reads them.
    const known = await Promise.all(edit.files.map((file) => versionOf(resolve(workspaceRoot, file))));
    if (signal.aborted) return;
    onEdit(edit);
    const again = setTimeout(() => {
      lookingAgain.delete(again);
      edit.files.forEach(async (file, i) => {
        if ((await versionOf(resolve(workspaceRoot, file))) !== known[i] && !signal.aborted) note(file);
      });
    }, lookAgainAfterMs);
    lookingAgain.add(again);
  };
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    note(relative(workspaceRoot, resolve(workspaceRoot, path)).split(sep).join('/'));
  });

  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer);
      lookingAgain.forEach(clearTimeout);
      watcher.close().catch(() => {});
    },
    { once: true },
  );
  let failed = false;
  // One limit that is reached is an error for each folder beyond it.
  watcher.on('error', (error) => {
    if (!failed) options.onError?.(error as NodeJS.ErrnoException);
    failed = true;
  });
  await new Promise<void>((resolve) => {
    watcher.once('ready', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Differs after each save; undefined where there is no file. */
async function versionOf(path: string): Promise<string | undefined> {
  return stat(path, { bigint: true }).then(
    ({ mtimeNs, size, ino }) => `${mtimeNs} ${size} ${ino}`,
    () => undefined,
  );
}
