import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutFor } from './layout.js';

describe('layoutFor', () => {
  it.each([
    [{ HOME: '/home/me' }, '/home/me/.local/state/nx-kube/local-cluster'],
    [{ HOME: '/home/me', XDG_STATE_HOME: '/state' }, '/state/nx-kube/local-cluster'],
    [{ HOME: '/home/me', XDG_STATE_HOME: '/state', NX_KUBE_LOCAL_CLUSTER_HOME: '/own' }, '/own'],
    [
      { HOME: '/home/me', XDG_STATE_HOME: '', NX_KUBE_LOCAL_CLUSTER_HOME: '' },
      '/home/me/.local/state/nx-kube/local-cluster',
    ],
  ])('the environment %j puts the state folder at %s', (env, home) => {
    expect(layoutFor(env)).toMatchObject({ home, kubeconfig: `${home}/kubeconfig` });
  });

  it('the layout uses the resolved path of a symbolic link, even before the folder exists', () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-')));
    try {
      mkdirSync(join(folder, 'real'));
      symlinkSync('real', join(folder, 'link'));
      const linked = { NX_KUBE_LOCAL_CLUSTER_HOME: join(folder, 'link', 'nx-kube', 'home') };
      expect(layoutFor(linked).run).toBe(join(folder, 'real', 'nx-kube', 'home', 'run'));
      mkdirSync(join(folder, 'real', 'nx-kube', 'home'), { recursive: true });
      expect(layoutFor(linked).run).toBe(join(folder, 'real', 'nx-kube', 'home', 'run'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a relative path is refused', () => {
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: 'state' })).toThrow(
      'NX_KUBE_LOCAL_CLUSTER_HOME: "state" is not an absolute path',
    );
  });

  it('a path too long for its sockets is refused with the maximum length', () => {
    const allowed = layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(60)}` });
    expect(allowed.home).toHaveLength(61);
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(80)}` })).toThrow(
      expect.objectContaining({ culprit: 'configuration', next: expect.stringContaining('at most 67 characters') }),
    );
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(66)}` })).not.toThrow();
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(67)}` })).toThrow('too long');
  });
});
