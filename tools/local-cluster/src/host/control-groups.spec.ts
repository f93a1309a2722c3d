import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { delegateControllers } from './control-groups.js';

/** Plain files in place of the kernel's: they show what is written last. */
function hierarchy(available: string, enabled: string) {
  const root = mkdtempSync(join(tmpdir(), 'nx-kube-'));
  writeFileSync(join(root, 'cgroup.controllers'), `${available}\n`);
  writeFileSync(join(root, 'cgroup.subtree_control'), `${enabled}\n`);
  return root;
}

describe('control groups of version 2', () => {
  it.each([
    ['hands down a controller that is missing', 'cpu memory rdma', 'cpu', '+memory'],
    ['leaves alone what is handed down already', 'cpu memory', 'cpu memory', 'cpu memory\n'],
    ['does not ask for what the machine does not have', 'cpu rdma', 'cpu', 'cpu\n'],
  ])('%s', (_, available, enabled, expected) => {
    const root = hierarchy(available, enabled);
    delegateControllers(root);
    expect(readFileSync(join(root, 'cgroup.subtree_control'), 'utf8')).toBe(expected);
    rmSync(root, { recursive: true });
  });
});
