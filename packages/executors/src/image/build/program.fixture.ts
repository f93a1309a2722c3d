/** Makes a file with the header of a 64-bit little-endian ELF program for linux. */
export function elf(architecture: 'amd64' | 'arm64', content = 'code'): Buffer {
  const header = Buffer.alloc(64);
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]).copy(header);
  header.writeUInt16LE(architecture === 'amd64' ? 0x3e : 0xb7, 18);
  return Buffer.concat([header, Buffer.from(content)]);
}
