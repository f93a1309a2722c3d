import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binaryPlatform, platformOf } from './binary-platform.js';
import { elf } from './program.fixture.js';

describe('platformOf and binaryPlatform', () => {
  const changed = (change: (header: Buffer) => void) => {
    const header = elf('amd64');
    change(header);
    return header;
  };
  it.each<[string, Buffer, string]>([
    ['an amd64 program', elf('amd64'), 'linux/amd64'],
    ['an arm64 program', elf('arm64'), 'linux/arm64'],
    ['a big-endian s390x program', changed((h) => { h[5] = 2; h.writeUInt16BE(0x16, 18); }), 'linux/s390x'], // prettier-ignore
    ['a little-endian ppc64 program', changed((h) => h.writeUInt16LE(0x15, 18)), 'linux/ppc64le'],
    ['a FreeBSD program', changed((h) => (h[7] = 9)), 'freebsd/amd64'],
    ['a program for an unknown machine', changed((h) => h.writeUInt16LE(0x1234, 18)), 'linux/elf-4660'],
    ['a macOS program on arm64', Buffer.from('cffaedfe0c000001'.padEnd(64, '0'), 'hex'), 'darwin/arm64'],
    ['a macOS program on amd64', Buffer.from('cffaedfe07000001'.padEnd(64, '0'), 'hex'), 'darwin/amd64'],
    ['a Windows program', Buffer.from('MZ'.padEnd(64, '\0')), 'windows/unknown'],
    ['a script', Buffer.from('#!/bin/sh\necho hello to everybody\n'), 'unknown/unknown'],
    ['an empty file', Buffer.alloc(0), 'unknown/unknown'],
  ])('the platform is read from the header of %s', (_, header, platform) => {
    const { os, architecture } = platformOf(header);
    expect(`${os}/${architecture}`).toBe(platform);
  });

  it.runIf(process.platform === 'linux')('the platform of this Node.js program is found', async () => {
    const { os, architecture } = await binaryPlatform(process.execPath);
    expect([os, architecture]).toEqual([process.platform, { x64: 'amd64' }[process.arch as 'x64'] ?? process.arch]);
  });
});

describe('binaryPlatform of a binary that no pod can run', () => {
  let file: string;
  beforeEach(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'nx-kube-platform-')), 'manager');
  });
  afterEach(() => rm(join(file, '..'), { recursive: true, force: true }));

  it.each<[string, Buffer | undefined, string]>([
    ['is missing', undefined, 'cannot be read.'],
    ['is empty', Buffer.alloc(0), 'is not a program for linux.'],
    ['is for macOS', Buffer.from('cffaedfe0c000001'.padEnd(64, '0'), 'hex'), 'is a program for darwin/arm64, but pods run linux.'], // prettier-ignore
  ])('a binary that %s is refused', async (_, content, problem) => {
    if (content) await writeFile(file, content);
    await expect(binaryPlatform(file)).rejects.toMatchObject({
      culprit: 'configuration',
      message: `"binary": ${file} ${problem}`,
      next: expect.stringMatching(/^Build it/),
    });
  });
});
