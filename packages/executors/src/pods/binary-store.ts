import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../process/temporary.js';

/** Number of kept binaries: the one in the image, the last delivered one, and the one before it. */
const keep = 3;

/**
 * Copies of binaries that pods run, by SHA-256: the bases of differences. The folder may be deleted at any time:
 * without a base, the whole binary is sent.
 */
export class BinaryStore {
  constructor(private readonly directory: string) {}

  /** Returns the path of the binary with this digest, or undefined. */
  async find(digest: string): Promise<string | undefined> {
    const path = join(this.directory, digest);
    return stat(path).then(
      () => path,
      () => undefined,
    );
  }

  /** Copies the file, which holds the binary with this digest, and drops the copies that were unused for longest. */
  async add(digest: string, file: string): Promise<void> {
    const path = join(this.directory, digest);
    await mkdir(this.directory, { recursive: true });
    if (await this.find(digest)) {
      const now = new Date();
      await utimes(path, now, now);
    } else {
      await replaceFile(path, (temporary) => copyFile(file, temporary, constants.COPYFILE_FICLONE));
    }
    await this.#prune();
  }

  async #prune(): Promise<void> {
    const names = await readdir(this.directory);
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.directory, name);
        return {
          path,
          at: await stat(path).then(
            (s) => s.mtimeMs,
            () => 0,
          ),
        };
      }),
    );
    const old = files.sort((a, b) => b.at - a.at).slice(keep);
    await Promise.all(old.map(({ path }) => rm(path, { force: true })));
  }
}
