import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delegateControllers } from './control-groups.js';

/** Plain files instead of the kernel's: they hold the last written value. */
function hierarchy(available: string, enabled: string) {
  const root = mkdtempSync(join(tmpdir(), 'nx-kube-'));
  writeFileSync(join(root, 'cgroup.controllers'), `${available}\n`);
  writeFileSync(join(root, 'cgroup.subtree_control'), `${enabled}\n`);
  return root;
}

describe('delegateControllers', () => {
  it.each([
    ['delegates a missing controller', 'cpu memory rdma', 'cpu', '+memory'],
    ['keeps controllers that are delegated already', 'cpu memory', 'cpu memory', 'cpu memory\n'],
    ['skips controllers that the machine lacks', 'cpu rdma', 'cpu', 'cpu\n'],
  ])('delegateControllers %s', (_, available, enabled, expected) => {
    const root = hierarchy(available, enabled);
    delegateControllers(root);
    expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe(expected);
    rmSync(root, { recursive: true });
  });
});
