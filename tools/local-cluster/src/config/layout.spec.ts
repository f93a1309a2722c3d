import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { layoutFor } from './layout.js';

describe('the layout of the state folder', () => {
  it.each([
    [{ HOME: '/home/me' }, '/home/me/.local/state/nx-kube/local-cluster'],
    [{ HOME: '/home/me', XDG_STATE_HOME: '/state' }, '/state/nx-kube/local-cluster'],
    [{ HOME: '/home/me', XDG_STATE_HOME: '/state', NX_KUBE_LOCAL_CLUSTER_HOME: '/own' }, '/own'],
    [
      { HOME: '/home/me', XDG_STATE_HOME: '', NX_KUBE_LOCAL_CLUSTER_HOME: '' },
      '/home/me/.local/state/nx-kube/local-cluster',
    ],
  ])('with %j it is in %s', (env, home) => {
    expect(layoutFor(env)).toMatchObject({ home, kubeconfig: `${home}/kubeconfig` });
  });

  it('is named as the kernel names it where a symbolic link leads to it, also before it is made', () => {
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

  it('refuses a relative path', () => {
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: 'state' })).toThrow(
      'NX_KUBE_LOCAL_CLUSTER_HOME: "state" is not an absolute path',
    );
  });

  it('refuses a path in which no socket could be made, and says how long it may be', () => {
    const allowed = layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(60)}` });
    expect(allowed.home).toHaveLength(61);
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(80)}` })).toThrow(
      expect.objectContaining({ culprit: 'configuration', next: expect.stringContaining('at most 67 characters') }),
    );
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(66)}` })).not.toThrow();
    expect(() => layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: `/${'a'.repeat(67)}` })).toThrow('too long');
  });
});
