import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';

export interface TarEntry {
  name: string;
  type: string;
  /** Permission bits only. */
  mode: number;
  uid: number;
  gid: number;
  /** Time (s) since 1970. */
  mtime: number;
  size: number;
}

/** Lists the entries of a tar in their order. */
export async function listTar(bytes: Buffer): Promise<TarEntry[]> {
  const entries = extract();
  const filling = pipeline(Readable.from([bytes]), entries as unknown as NodeJS.WritableStream);
  const found: TarEntry[] = [];
  for await (const entry of entries) {
    const { name, type, mode, uid, gid, mtime, size } = entry.header;
    found.push({ name, type, mode: mode & 0o777, uid, gid, mtime: mtime.getTime() / 1000, size });
    entry.resume();
  }
  await filling;
  return found;
}

export async function writeTarFile(path: string, files: Record<string, string | Buffer>): Promise<void> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  await pipeline(tar as AsyncIterable<Buffer>, createWriteStream(path));
}
