import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

/**
 * Identifies the content of a file without reading all of it: `go:<content part of Go's build id>` for a binary of
 * `go build`, else `sha256:<hex>`. Compare ids of the same output only. A change after the link, such as `strip`, is
 * not detected. Rejects when the file cannot be read.
 */
export async function contentId(path: string): Promise<string> {
  const file = await open(path);
  try {
    const content = contentPart(await goBuildId(file));
    return content ? `go:${content}` : await sha256(file);
  } finally {
    await file.close();
  }
}

/**
 * The content part of a build id. `go build` writes "action/action of main/content of main/content", each a hash. An id
 * set by hand (`-ldflags=-buildid=`) does not identify the content: then the result is undefined.
 */
function contentPart(buildId: string | undefined): string | undefined {
  const parts = buildId?.split('/') ?? [];
  return parts.length === 4 && parts.every((part) => /^[-\w]{20}$/.test(part)) ? parts[3] : undefined;
}

async function goBuildId(file: FileHandle): Promise<string | undefined> {
  const head = await read(file, 0, 64);
  if (head.length === 64 && head.readUInt32BE(0) === 0x7f454c46) return elfBuildId(file, head);
  return markedBuildId(await read(file, 0, 32 * 1024));
}

/** The build id of a Mach-O or PE file: near the beginning of its code, between marks. */
function markedBuildId(beginning: Buffer): string | undefined {
  const mark = Buffer.from('\xff Go build ID: "', 'latin1');
  const begin = beginning.indexOf(mark);
  const end = begin < 0 ? -1 : beginning.indexOf('"\n \xff', begin, 'latin1');
  return end < 0 ? undefined : beginning.toString('latin1', begin + mark.length, end);
}

/** The build id of an ELF file: in Go's own note. Only 64-bit little-endian files are read. */
async function elfBuildId(file: FileHandle, head: Buffer): Promise<string | undefined> {
  const [is64Bit, isLittleEndian] = [head[4] === 2, head[5] === 1];
  if (!is64Bit || !isLittleEndian) return undefined;
  const entrySize = head.readUInt16LE(54);
  const entries = await read(file, Number(head.readBigUInt64LE(32)), entrySize * head.readUInt16LE(56));
  for (let at = 0; entrySize >= 56 && at + entrySize <= entries.length; at += entrySize) {
    const isNote = entries.readUInt32LE(at) === 4;
    const size = Number(entries.readBigUInt64LE(at + 32));
    if (!isNote || size > 64 * 1024) continue;
    const id = goNote(await read(file, Number(entries.readBigUInt64LE(at + 8)), size));
    if (id) return id;
  }
  return undefined;
}

function goNote(notes: Buffer): string | undefined {
  const aligned = (size: number) => Math.ceil(size / 4) * 4;
  for (let at = 0; at + 12 <= notes.length;) {
    const [nameSize, contentSize, type] = [0, 4, 8].map((field) => notes.readUInt32LE(at + field)) as [
      number,
      number,
      number,
    ];
    const name = at + 12;
    const content = name + aligned(nameSize);
    if (type === 4 && notes.toString('latin1', name, name + nameSize) === 'Go\0\0') {
      return notes.toString('latin1', content, content + contentSize);
    }
    at = content + aligned(contentSize);
  }
  return undefined;
}

/** Reads up to `length` bytes, fewer at the end of the file. */
async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function sha256(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 }))
    hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
