import { open } from 'node:fs/promises';
import { NxKubeError } from '@nx-kube/cluster';
import type { Platform } from '../archive/oci.js';

/** GOARCH of the values of ELF's `e_machine`, for little-endian and big-endian files. */
const machines: Record<number, readonly [little: string, big: string]> = {
  0x03: ['386', '386'],
  0x08: ['mipsle', 'mips'],
  0x15: ['ppc64le', 'ppc64'],
  0x16: ['s390x', 's390x'],
  0x28: ['arm', 'armbe'],
  0x3e: ['amd64', 'amd64'],
  0xb7: ['arm64', 'arm64be'],
  0xf3: ['riscv64', 'riscv64'],
  0x102: ['loong64', 'loong64'],
};

/** GOOS of the values of ELF's OSABI. Go writes 0 for linux. */
const systems: Record<number, string> = {
  0: 'linux',
  2: 'netbsd',
  3: 'linux',
  6: 'solaris',
  9: 'freebsd',
  12: 'openbsd',
};

/**
 * Reads the platform of a program from its header. Pure.
 *
 * @param header the first 64 bytes of the file, or fewer
 * @returns `os` is `unknown` when the format is not known
 */
export function platformOf(header: Buffer): Platform {
  const magic = header.length >= 20 ? header.readUInt32BE(0) : 0;
  if (magic === 0x7f454c46) {
    const little = header[5] === 1;
    const machine = little ? header.readUInt16LE(18) : header.readUInt16BE(18);
    const architecture = machines[machine]?.[little ? 0 : 1] ?? `elf-${machine}`;
    return { os: systems[header[7]!] ?? 'unknown', architecture };
  }
  if ([0xcffaedfe, 0xcefaedfe, 0xfeedfacf, 0xfeedface, 0xcafebabe].includes(magic)) {
    const architecture = { 0x01000007: 'amd64', 0x0100000c: 'arm64' }[header.readUInt32LE(4)] ?? 'unknown';
    return { os: 'darwin', architecture };
  }
  if (header.toString('latin1', 0, 2) === 'MZ') return { os: 'windows', architecture: 'unknown' };
  return { os: 'unknown', architecture: 'unknown' };
}

/**
 * Reads the platform of the binary for a pod.
 *
 * @param path absolute path of the binary
 * @throws NxKubeError (configuration) when the file cannot be read or is not for linux
 */
export async function binaryPlatform(path: string): Promise<Platform> {
  const file = await open(path).catch((cause) => {
    throw new NxKubeError('configuration', `"binary": ${path} cannot be read.`, {
      next: 'Build it first (the target go-build), or correct the option "binary".',
      cause,
    });
  });
  try {
    const header = Buffer.alloc(64);
    const { bytesRead } = await file.read(header, 0, header.length, 0);
    const platform = platformOf(header.subarray(0, bytesRead));
    if (platform.os === 'linux') return platform;
    const problem =
      platform.os === 'unknown'
        ? 'is not a program for linux.'
        : `is a program for ${platform.os}/${platform.architecture}, but pods run linux.`;
    throw new NxKubeError('configuration', `"binary": ${path} ${problem}`, {
      next: 'Build it with "goos": "linux", the default of go-build.',
    });
  } finally {
    await file.close();
  }
}
