import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** Reads one kind of file. The result is stored as JSON, so it must hold plain data only. */
export interface Reader<T> {
  /** Distinguishes readers of the same file. */
  name: string;
  /** Version of the reader. Change it when the same text gives another result, which discards cached results. */
  version: string;
  parse(text: string, file: string): T;
}

/**
 * Identifies a file's content without reading it. It holds the change time, like git's index, as no tool can set it.
 */
type Signature = [size: number, modified: number, changed: number, inode: number];

interface Entry {
  file: string;
  reader: string;
  signature: Signature;
  version: string;
  facts: unknown;
}

/**
 * Minimum age (ms) of a file for its cache entry. Race: a younger file may be written again with the same times,
 * because they advance in kernel ticks. So its result is used once and not cached.
 */
const settled = 50;

/**
 * Reads facts from files of a workspace, each file only once while it stays the same. The cache is in memory for the
 * daemon, and in Nx's workspace data directory for the next process. Paths are relative to the workspace root, with
 * forward slashes.
 */
export class Facts {
  private entries = new Map<string, Entry>();
  private dirty = false;

  constructor(
    readonly workspaceRoot: string,
    private readonly cacheFile = defaultCacheFile(workspaceRoot),
  ) {
    if (process.env['NX_CACHE_PROJECT_GRAPH'] !== 'false') this.entries = load(cacheFile);
  }

  /**
   * Reads a file with a reader, or takes the result from the cache. Returns undefined when there is no such file.
   *
   * @throws the error of the reader, which is not cached
   */
  read<T>(file: string, reader: Reader<T>): T | undefined {
    const path = `${this.workspaceRoot}/${file}`;
    const stats = statsOf(path);
    if (!stats?.isFile()) return undefined;
    const signature = signatureOf(stats);
    const key = keyOf({ file, reader: reader.name });
    const entry = this.entries.get(key);
    if (entry && entry.version === reader.version && entry.signature.every((part, i) => part === signature[i])) {
      return entry.facts as T;
    }
    const facts = reader.parse(readFileSync(path, 'utf8'), file);
    if (Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) >= settled) {
      this.entries.set(key, { file, reader: reader.name, signature, version: reader.version, facts });
      this.dirty = true;
    } else {
      this.dirty = this.entries.delete(key) || this.dirty;
    }
    return facts;
  }

  /** Number of cached results. */
  get size(): number {
    return this.entries.size;
  }

  /** Writes new results to disk, without those of deleted files. Never throws. */
  save(): void {
    if (!this.dirty) return;
    for (const [key, { file }] of this.entries) {
      if (!statsOf(join(this.workspaceRoot, file))) this.entries.delete(key);
    }
    // Race: other processes read and write the same file, so it is replaced as a whole.
    const unique = `${this.cacheFile}.${process.pid}.${Date.now()}`;
    try {
      mkdirSync(dirname(this.cacheFile), { recursive: true });
      writeFileSync(unique, JSON.stringify([...this.entries.values()]));
      renameSync(unique, this.cacheFile);
      this.dirty = false;
    } catch {
      // A read-only checkout has no cache on disk, and a full disk keeps no part of it.
      removeIfThere(unique);
    }
  }
}

/**
 * The status of a path, or undefined where no file can be reached by it: a parent is a file (which `throwIfNoEntry:
 * false` does not cover on Node 20, nodejs/node#56993), links form a circle, a name is too long or holds a NUL. Paths
 * come from what users wrote into their files, so none of them may stop an Nx command.
 */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const instances = new Map<string, Facts>();

/** The facts of a workspace. The cache is loaded once in a process. */
export function factsOf(workspaceRoot: string): Facts {
  let facts = instances.get(workspaceRoot);
  if (!facts) instances.set(workspaceRoot, (facts = new Facts(workspaceRoot)));
  return facts;
}

function keyOf({ file, reader }: Pick<Entry, 'file' | 'reader'>): string {
  return `${reader}:${file}`;
}

function signatureOf({ size, mtimeMs, ctimeMs, ino }: Stats): Signature {
  return [size, mtimeMs, ctimeMs, ino];
}

function load(cacheFile: string): Map<string, Entry> {
  try {
    const entries = JSON.parse(readFileSync(cacheFile, 'utf8')) as Entry[];
    return new Map(entries.map((entry) => [keyOf(entry), entry]));
  } catch {
    return new Map();
  }
}

/**
 * The cache file in Nx's workspace data directory. Its path follows Nx's documentation, as devkit does not export it.
 */
function defaultCacheFile(workspaceRoot: string): string {
  const configured = process.env['NX_WORKSPACE_DATA_DIRECTORY'] ?? process.env['NX_PROJECT_GRAPH_CACHE_DIRECTORY'];
  const directory = configured ?? '.nx/workspace-data';
  return join(isAbsolute(directory) ? directory : join(workspaceRoot, directory), 'nx-kube-facts.json');
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // What cannot be written to cannot be removed from either.
  }
}
