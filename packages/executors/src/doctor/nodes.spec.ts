import { describe, expect, it } from 'vitest';
import { nodesDiagnosis } from './nodes.js';

const linux = (architecture: string) => ({ os: 'linux', architecture });

describe('nodesDiagnosis', () => {
  it.each([
    [[linux('amd64')], undefined, 'ok', 'linux/amd64; the binary is built for linux/amd64'],
    [[linux('arm64')], 'arm64', 'ok', 'linux/arm64; the binary is built for linux/arm64'],
    [[linux('arm64')], 'amd64', 'fail', 'linux/arm64, but the binary is built for linux/amd64'],
    [
      [linux('amd64'), linux('arm64')],
      undefined,
      'warn',
      'linux/amd64, linux/arm64; the binary is built for linux/amd64',
    ],
    [[linux('ppc64le')], undefined, 'fail', 'linux/ppc64le: the agent supports linux/amd64 and linux/arm64 only'],
    [
      [{ os: 'windows', architecture: 'amd64' }],
      undefined,
      'fail',
      'windows/amd64, but the binary is built for linux/amd64',
    ],
    [[], undefined, 'fail', 'the cluster has no nodes'],
  ] as const)('the nodes %j with GOARCH %s are diagnosed as %s', (platforms, goarch, verdict, message) => {
    expect(nodesDiagnosis(platforms, goarch)).toMatchObject({ verdict, message });
  });

  it('a wrong GOARCH comes with the option to set', () => {
    expect(nodesDiagnosis([linux('arm64')], 'amd64').next).toBe('Set "goarch" of go-build to arm64, or remove it.');
  });
});
