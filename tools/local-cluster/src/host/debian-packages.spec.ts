import { describe, expect, it } from 'vitest';
import { missingPackages, networkPluginFolder, refusal } from './debian-packages.js';

const path = '/usr/sbin:/usr/bin';
const all = (file: string) => /^\/usr\/(bin|lib\/cni)\//.test(file);

describe('missingPackages', () => {
  it('no package is missing when every program is on the path', () => {
    expect(missingPackages(all, path)).toEqual([]);
  });

  it('each missing package is named once, in alphabetical order', () => {
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

  it('network plugins are taken from the first folder that holds all of them', () => {
    expect(networkPluginFolder(all)).toBe('/usr/lib/cni');
    expect(networkPluginFolder((file) => file.startsWith('/opt/cni/bin/') || file === '/usr/lib/cni/bridge')).toBe(
      '/opt/cni/bin',
    );
    expect(networkPluginFolder(() => false)).toBeUndefined();
  });
});

describe('refusal', () => {
  const system = { isRoot: true, isLinux: true, hasApt: true };

  it.each([
    ['nothing is missing', system, []],
    ['packages can be installed', system, ['runc']],
    ['apt is absent but nothing is missing', { ...system, hasApt: false }, []],
  ])('the cluster can run when %s', (_, given, missing) => {
    expect(refusal(given, missing)).toBeUndefined();
  });

  it.each([
    [{ ...system, isLinux: false }, [], 'The embedded cluster runs on Linux only.'],
    [{ ...system, isRoot: false }, [], 'The embedded cluster needs root, because it runs a container runtime.'],
    [{ ...system, hasApt: false }, ['buildah', 'runc'], 'The embedded cluster needs missing programs: buildah, runc.'],
  ])('the refusal of %j with %j missing names the reason and other clusters', (given, missing, message) => {
    expect(refusal(given, missing)).toMatchObject({
      culprit: 'configuration',
      message,
      next: expect.stringContaining('use any other cluster'),
    });
  });
});
