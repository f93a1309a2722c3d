import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** Reads one kind of file. Its result is stored as JSON, so it holds plain data only. */
export interface Reader<T> {
  /** Changes whenever the same text would give another result, so that results of older readers are not taken. */
  version: string;
  parse(text: string, file: string): T;
}

/** A file's identity without reading it; like git's index, it takes in the change time, which no tool can set. */
type Signature = [size: number, modified: number, changed: number, inode: number];

interface Entry {
  signature: Signature;
  version: string;
  facts: unknown;
}

/**
 * A file that was written this shortly (ms) before it was read may be written again without its times changing, for they
 * advance in the kernel's ticks: what was read is used once and not kept.
 */
const settled = 50;

/**
 * What the files of a workspace say, each file read once as long as it stays the same: in memory for the daemon, on disk
 * in Nx's workspace data directory for the next process. Paths are relative to the workspace root, with forward slashes.
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
   * What the file says, or undefined where there is no such file.
   *
   * @throws what the reader throws; that is not kept
   */
  read<T>(file: string, reader: Reader<T>): T | undefined {
    const path = `${this.workspaceRoot}/${file}`;
    const stats = statsOf(path);
    if (!stats?.isFile()) return undefined;
    const signature = signatureOf(stats);
    const entry = this.entries.get(file);
    if (entry && entry.version === reader.version && entry.signature.every((part, i) => part === signature[i])) {
      return entry.facts as T;
    }
    const facts = reader.parse(readFileSync(path, 'utf8'), file);
    if (Date.now() - Math.max(stats.mtimeMs, stats.ctimeMs) >= settled) {
      this.entries.set(file, { signature, version: reader.version, facts });
      this.dirty = true;
    } else {
      this.dirty = this.entries.delete(file) || this.dirty;
    }
    return facts;
  }

  /** How many files are known. */
  get size(): number {
    return this.entries.size;
  }

  /** Writes what has been learnt since the last time, without the files that are gone. A failure to write is no failure. */
  save(): void {
    if (!this.dirty) return;
    for (const file of this.entries.keys()) {
      if (!statsOf(join(this.workspaceRoot, file))) this.entries.delete(file);
    }
    try {
      // Other processes read and write the same file: it is replaced as a whole.
      const unique = `${this.cacheFile}.${process.pid}.${Date.now()}`;
      mkdirSync(dirname(this.cacheFile), { recursive: true });
      writeFileSync(unique, JSON.stringify([...this.entries]));
      renameSync(unique, this.cacheFile);
      this.dirty = false;
    } catch {
      // A read-only checkout is read again each time.
    }
  }
}

/**
 * The status of a path, or undefined where no file can be reached by it: a parent is a file (which `throwIfNoEntry: false` does
 * not cover on Node 20, nodejs/node#56993), links form a circle, a name is too long or holds a NUL. Paths come from what users
 * wrote into their files, so none of them may stop an Nx command.
 */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const instances = new Map<string, Facts>();

/** The facts of a workspace, loaded once in a process. */
export function factsOf(workspaceRoot: string): Facts {
  let facts = instances.get(workspaceRoot);
  if (!facts) instances.set(workspaceRoot, (facts = new Facts(workspaceRoot)));
  return facts;
}

function signatureOf({ size, mtimeMs, ctimeMs, ino }: Stats): Signature {
  return [size, mtimeMs, ctimeMs, ino];
}

function load(cacheFile: string): Map<string, Entry> {
  try {
    return new Map(JSON.parse(readFileSync(cacheFile, 'utf8')) as [string, Entry][]);
  } catch {
    return new Map();
  }
}

/** Nx's workspace data directory, as its documentation states it; devkit does not export it. */
function defaultCacheFile(workspaceRoot: string): string {
  const configured = process.env['NX_WORKSPACE_DATA_DIRECTORY'] ?? process.env['NX_PROJECT_GRAPH_CACHE_DIRECTORY'];
  const directory = configured ?? '.nx/workspace-data';
  return join(isAbsolute(directory) ? directory : join(workspaceRoot, directory), 'nx-kube-files.json');
}
