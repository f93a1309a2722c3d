import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildFlags, inputsDigest, kubernetesVersion, MODULE } from './build-inputs.js';

describe('build inputs', () => {
  it('kubernetesVersion reads the version from go.mod', () => {
    expect(kubernetesVersion('require (\n\tk8s.io/api v0.34.4\n\tk8s.io/kubernetes v1.34.4\n)\n')).toBe('v1.34.4');
    expect(kubernetesVersion('require k8s.io/kubernetes v1.34.10\n')).toBe('v1.34.10');
    expect(kubernetesVersion(readFileSync(`${MODULE}/go.mod`, 'utf8'))).toMatch(/^v1\.34\.\d+$/);
  });

  it('kubernetesVersion rejects a go.mod without a Kubernetes release', () => {
    expect(() => kubernetesVersion('require k8s.io/kubernetes/api v1.0.0\n')).toThrow(
      'requires no release of k8s.io/kubernetes',
    );
  });

  it('buildFlags sets the version for both servers and clients', () => {
    const flags = buildFlags('v1.34.4').join(' ');
    for (const where of ['component-base/version', 'client-go/pkg/version']) {
      expect(flags).toContain(`-X k8s.io/${where}.gitVersion=v1.34.4`);
      expect(flags).toContain(`-X k8s.io/${where}.gitMinor=34`);
    }
  });

  it('inputsDigest is the same for the same inputs, whatever GOFLAGS holds', async () => {
    const { signal } = new AbortController();
    const plain = await inputsDigest(signal);
    process.env['GOFLAGS'] = '-tags=other';
    try {
      expect(await inputsDigest(signal)).toBe(plain);
    } finally {
      delete process.env['GOFLAGS'];
    }
  });
});
