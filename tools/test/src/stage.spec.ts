import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interrupted } from '../../run/src/child.mjs';
import type { Count } from './count.mjs';
import { runStage } from './stage.mjs';

let folder: string;
let root: string;
let cache: string;
let said: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nx-kube-stage-'));
  [root, cache, said] = [join(folder, 'tree'), join(folder, 'results'), []];
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'src', 'a.ts'), 'one');
  writeFileSync(join(root, 'README.md'), 'read me');
  writeFileSync(join(root, '.gitignore'), 'dist\n');
  await execa('git', ['init', '--quiet'], { cwd: root });
  await execa('git', ['add', 'src'], { cwd: root });
});
afterEach(() => rmSync(folder, { recursive: true }));

const passes = () =>
  vi.fn(async (): Promise<Count[]> => [
    { passed: 2, failed: 0 },
    { passed: 3, failed: 0 },
  ]);

function run(
  stage: () => Promise<Count | Count[]>,
  { id = 'unit', inputs = ['src'], facts = ['v20'], kept = cache, again = false } = {},
) {
  const context = { root, cache: kept || undefined, say: (line: string) => void said.push(line) };
  return runStage({ id, name: 'Unit tests', run: stage, decidedBy: { inputs, facts }, again }, context);
}

describe('a stage that has passed', () => {
  it('a passed stage is not run again with the same files, is reported as cached, and counts the same', async () => {
    const tests = passes();
    expect(await run(tests)).toEqual({ passed: 5, failed: 0 });
    expect(await run(tests)).toEqual({ passed: 5, failed: 0 });
    expect(tests).toHaveBeenCalledOnce();
    expect(said).toEqual(['\n▸ Unit tests', '\n▸ Unit tests (from the cache): 5 passed']);
  });

  it('a passed stage is not run again after an edit of a file that is not its input or that git ignores', async () => {
    const tests = passes();
    await run(tests);
    writeFileSync(join(root, 'README.md'), 'read me again');
    mkdirSync(join(root, 'src', 'dist'));
    writeFileSync(join(root, 'src', 'dist', 'a.js'), '1');
    await run(tests);
    expect(tests).toHaveBeenCalledOnce();
  });

  it.each<[string, () => void, Parameters<typeof run>[1]]>([
    ['a file is edited', () => writeFileSync(join(root, 'src', 'a.ts'), 'two'), {}],
    ['a file is new, and not yet added', () => writeFileSync(join(root, 'src', 'b.ts'), 'new'), {}],
    ['a file is deleted', () => rmSync(join(root, 'src', 'a.ts')), {}],
    ['Node is another', () => {}, { facts: ['v24'] }],
    ['it is another stage', () => {}, { id: 'lint' }],
    ['it is to run in any case', () => {}, { again: true }],
    ['nothing is kept', () => {}, { kept: '' }],
  ])('a passed stage is run again when %s', async (_, edit, options) => {
    const tests = passes();
    await run(tests);
    edit();
    await run(tests, options);
    expect(tests).toHaveBeenCalledTimes(2);
  });
});

describe('a stage that has not passed', () => {
  it('a failed stage is run again', async () => {
    const fails = vi.fn(async () => ({ passed: 1, failed: 1 }));
    expect(await run(fails)).toEqual({ passed: 1, failed: 1 });
    expect(await run(fails)).toEqual({ passed: 1, failed: 1 });
    expect(fails).toHaveBeenCalledTimes(2);
  });

  it('a stage that throws counts as one failure and reports the reason', async () => {
    const breaks = () => run(() => Promise.reject(new Error('Node 24.9.0 could not be installed')));
    expect(await breaks()).toEqual({ passed: 0, failed: 1 });
    expect(said.at(-1)).toBe('Unit tests: Node 24.9.0 could not be installed');
  });

  it('an interrupted stage has no count', async () => {
    await expect(run(() => Promise.reject(new Interrupted('SIGINT')))).rejects.toMatchObject({ exitCode: 130 });
  });
});

describe('runStage', () => {
  it('the result of a stage is not kept if its files were edited while it ran', async () => {
    await run(async () => {
      writeFileSync(join(root, 'src', 'a.ts'), 'two');
      return { passed: 1, failed: 0 };
    });
    expect(() => readdirSync(cache)).toThrow('ENOENT');
  });

  it('a stage is always run if git does not know its files', async () => {
    rmSync(join(root, '.git'), { recursive: true });
    const tests = passes();
    await run(tests);
    await run(tests);
    expect(tests).toHaveBeenCalledTimes(2);
  });
});
