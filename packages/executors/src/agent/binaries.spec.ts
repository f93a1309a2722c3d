import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { binaryPlatform } from '../image/build/binary-platform.js';
import { agentBinary, packBinary } from './binaries.js';
import { scratch } from './local-agent.spec.fixture.js';

describe('agentBinary and packBinary', () => {
  it('the agent and the packer are found by platform', async () => {
    const folder = await scratch();
    for (const [platform, name] of [
      ['linux-arm64', 'nx-kube-agent'],
      ['darwin-arm64', 'nx-kube-pack'],
      ['windows-amd64', 'nx-kube-pack.exe'],
    ] as const) {
      await mkdir(join(folder, platform));
      await writeFile(join(folder, platform, name), '');
    }
    expect(agentBinary('arm64', folder)).toBe(join(folder, 'linux-arm64', 'nx-kube-agent'));
    expect(packBinary(folder, { platform: 'darwin', arch: 'arm64' })).toBe(
      join(folder, 'darwin-arm64', 'nx-kube-pack'),
    );
    expect(packBinary(folder, { platform: 'win32', arch: 'x64' })).toBe(
      join(folder, 'windows-amd64', 'nx-kube-pack.exe'),
    );
  });

  it('a missing binary is named, with the next step', async () => {
    const folder = await scratch();
    const missing = (name: string, platform: string) =>
      expect.objectContaining({
        culprit: 'configuration',
        message: expect.stringContaining(`has no ${name} for ${platform}`),
        next: expect.stringContaining('agent:build'),
      });
    const thrown = (find: () => string) => {
      try {
        return find();
      } catch (error) {
        expect(error).toBeInstanceOf(NxKubeError);
        return error;
      }
    };
    expect(thrown(() => agentBinary('amd64', folder))).toEqual(missing('nx-kube-agent', 'linux-amd64'));
    expect(thrown(() => packBinary(folder, { platform: 'freebsd', arch: 'x64' }))).toEqual(
      missing('nx-kube-pack', 'freebsd-amd64'),
    );
  });
});

/** The types of an ELF executable's program headers. */
function segments(elf: Buffer): number[] {
  const [at, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => elf.readUInt32LE(at + i * size));
}

describe.each(['amd64', 'arm64'] as const)('the built agent for linux/%s', (architecture) => {
  const path = agentBinary(architecture);

  it('the agent is an executable for its platform', async () => {
    expect(await binaryPlatform(path)).toEqual({ os: 'linux', architecture });
  });

  it('the agent is static, so that it runs in an empty image', async () => {
    const [dynamic, interpreter, load] = [2, 3, 1];
    const found = segments(await readFile(path));
    expect(found).toContain(load);
    expect(found).not.toContain(interpreter);
    expect(found).not.toContain(dynamic);
  });

  it('the agent has at most 5 MB', async () => {
    expect((await readFile(path)).length).toBeLessThanOrEqual(5_000_000);
  });
});
