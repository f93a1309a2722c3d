import { NxKubeError } from '@nx-kube/cluster';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentBinary, packBinary } from './binaries.js';
import { scratch } from './local-agent.spec.fixture.js';

describe('the binaries of @nx-kube/agent', () => {
  it('are found by platform', async () => {
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

  it('that are missing are named, with what to do', async () => {
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
