import { describe, expect, it } from 'vitest';
import { missingPackages, networkPluginFolder, refusal } from './debian-packages.js';

const path = '/usr/sbin:/usr/bin';
const all = (file: string) => /^\/usr\/(bin|lib\/cni)\//.test(file);

describe('the packages of the machine', () => {
  it('finds nothing missing where every program is on the path', () => {
    expect(missingPackages(all, path)).toEqual([]);
  });

  it('names each missing package once, sorted', () => {
    expect(missingPackages(() => false, path)).toEqual([
      'buildah',
      'containerd',
      'containernetworking-plugins',
      'docker-registry',
      'iproute2',
      'iptables',
      'mount',
      'runc',
    ]);
    expect(missingPackages((file) => all(file) && !file.endsWith('/ctr') && !file.endsWith('/runc'), path)).toEqual([
      'containerd',
      'runc',
    ]);
  });

  it('takes network plugins from the first folder that has all of them', () => {
    expect(networkPluginFolder(all)).toBe('/usr/lib/cni');
    expect(networkPluginFolder((file) => file.startsWith('/opt/cni/bin/') || file === '/usr/lib/cni/bridge')).toBe(
      '/opt/cni/bin',
    );
    expect(networkPluginFolder(() => false)).toBeUndefined();
  });
});

describe('the refusal to run', () => {
  const system = { isRoot: true, isLinux: true, hasApt: true };

  it.each([
    ['everything is there', system, []],
    ['packages can be installed', system, ['runc']],
    ['there is nothing to install', { ...system, hasApt: false }, []],
  ])('is not there when %s', (_, given, missing) => {
    expect(refusal(given, missing)).toBeUndefined();
  });

  it.each([
    [{ ...system, isLinux: false }, [], 'the embedded cluster runs on Linux only'],
    [{ ...system, isRoot: false }, [], 'the embedded cluster needs root, for it runs a container runtime'],
    [
      { ...system, hasApt: false },
      ['buildah', 'runc'],
      'the embedded cluster needs programs that are missing: buildah, runc',
    ],
  ])('of %j with %j missing says why, and that any other cluster does', (given, missing, message) => {
    expect(refusal(given, missing)).toMatchObject({
      culprit: 'configuration',
      message,
      next: expect.stringContaining('use any other cluster'),
    });
  });
});
