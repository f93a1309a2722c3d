import { watch as watchFiles } from 'chokidar';
import { relative, sep } from 'node:path';
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
  /** A save is often several events: an edit is complete when nothing has changed for so long. Default: 15 ms. */
  quietMs?: number;
  signal: AbortSignal;
  onEdit: (edit: Edit) => void;
}

/**
 * Watches files that git does not ignore and calls `onEdit` with what changed together. Resolves once every root is
 * being watched; from then on no edit is missed. Stops with the signal.
 */
export async function watch({ workspaceRoot, roots, quietMs = 15, signal, onEdit }: WatchOptions): Promise<void> {
  const ignored = gitIgnored(workspaceRoot);
  const watcher = watchFiles(roots, {
    cwd: workspaceRoot,
    ignoreInitial: true,
    ignored: (path, stats) => ignored(path, stats?.isDirectory() ?? false),
  });

  let changed = new Set<string>();
  let at = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    const files = [...changed].sort();
    changed = new Set();
    onEdit({ files, at });
  };
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    if (!changed.size) at = performance.now();
    changed.add(relative(workspaceRoot, workspacePath(workspaceRoot, path)).split(sep).join('/'));
    clearTimeout(timer);
    timer = setTimeout(flush, quietMs);
  });

  signal.addEventListener(
    'abort',
    () => {
      clearTimeout(timer);
      void watcher.close();
    },
    { once: true },
  );
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', resolve);
    watcher.once('error', reject);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function workspacePath(workspaceRoot: string, path: string): string {
  return path.startsWith(workspaceRoot) ? path : `${workspaceRoot}${sep}${path}`;
}
