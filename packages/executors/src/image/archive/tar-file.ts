import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';

/** Block size (bytes) of a tar file. */
const block = 512;

/** Position and size (bytes) of an entry's content in the file. */
interface Place {
  offset: number;
  size: number;
}

/** A tar file whose entries can be read in any order, many times and without unpacking. */
export class TarFile {
  private constructor(
    readonly path: string,
    private readonly places: Map<string, Place>,
  ) {}

  /** Reads the headers of all entries. @throws Error of the file system, or of the tar format */
  static async open(path: string): Promise<TarFile> {
    const places = new Map<string, Place>();
    const entries = extract();
    await Promise.all([
      pipeline(createReadStream(path), entries as unknown as NodeJS.WritableStream),
      (async () => {
        for await (const entry of entries) {
          const { name, type, size } = entry.header;
          // The content follows its header, which is one block. Extended headers come before the header.
          if (type === 'file') places.set(name.replace(/^\.\//, ''), { offset: entry.offset + block, size });
          entry.resume();
        }
      })(),
    ]);
    return new TarFile(path, places);
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  /** Size (bytes) of an entry's content. @throws Error when there is no such entry */
  size(name: string): number {
    return this.#place(name).size;
  }

  stream(name: string): Readable {
    const { offset, size } = this.#place(name);
    return size ? createReadStream(this.path, { start: offset, end: offset + size - 1 }) : Readable.from([]);
  }

  async read(name: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.stream(name)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  #place(name: string): Place {
    const place = this.places.get(name);
    if (!place) throw new Error(`it has no ${name}`);
    return place;
  }
}
