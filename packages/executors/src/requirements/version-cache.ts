import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failureIsHarmless } from '@nx-kube/cluster';
import { writeIfChanged } from '../kustomize/write-if-changed.js';

/** A version, and the program file that reported it. */
interface Entry {
  mtimeMs: number;
  size: number;
  version: string;
}

/**
 * Caches the versions of programs on disk, by path, modification time and size, so that a second look-up costs one
 * `stat`. The file may be deleted at any time. A file that cannot be read or written counts as empty.
 */
export class VersionCache {
  readonly #path: string;
  #entries: Promise<Record<string, Entry>>;
  #changed = false;

  /** @param directory folder for files that may be deleted at any time */
  constructor(directory: string) {
    this.#path = join(directory, 'tool-versions.json');
    this.#entries = readEntries(this.#path);
  }

  /** Version of a program file that has not changed since `keep`. Returns undefined otherwise. */
  async get(program: string): Promise<string | undefined> {
    const entry = (await this.#entries)[program];
    if (!entry) return undefined;
    const { mtimeMs, size } = await stat(program);
    return entry.mtimeMs === mtimeMs && entry.size === size ? entry.version : undefined;
  }

  async keep(program: string, version: string): Promise<void> {
    const { mtimeMs, size } = await stat(program);
    (await this.#entries)[program] = { mtimeMs, size, version };
    this.#changed = true;
  }

  /** Writes the new entries to disk. Never rejects. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    this.#changed = false;
    await writeIfChanged(this.#path, JSON.stringify(await this.#entries)).catch(failureIsHarmless);
  }
}

async function readEntries(path: string): Promise<Record<string, Entry>> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Record<string, Entry>;
  } catch {
    return {};
  }
}
