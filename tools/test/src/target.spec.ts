import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sum } from './count.mjs';
import { readCounts, writeCount } from './target.mjs';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'nx-kube-counts-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const task = (project: string, target: string) => ({
  NX_TASK_TARGET_PROJECT: project,
  NX_TASK_TARGET_TARGET: target,
});

describe('the counts of targets', () => {
  it('each target of each project has a count, which its next run replaces', () => {
    writeCount(folder, task('@nx-kube/cluster', 'test'), { passed: 1, failed: 1 });
    writeCount(folder, task('@nx-kube/cluster', 'test'), { passed: 2, failed: 0 });
    writeCount(folder, task('@nx-kube/cluster', 'lint'), { passed: 1, failed: 0 });
    writeCount(folder, task('run', 'test'), { passed: 3, failed: 1 });
    expect(sum(readCounts(folder))).toEqual({ passed: 6, failed: 1 });
  });

  it('a run without Nx writes no count', () => {
    writeCount(folder, {}, { passed: 1, failed: 0 });
    expect(readdirSync(folder)).toEqual([]);
    expect(readCounts(join(folder, 'missing'))).toEqual([]);
  });
});
