import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile, withTemporaryFolder } from './temporary.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-spec-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const left = () => readdir(folder);

/** Runs a script that may use the unit, in a process of its own. */
function script(text: string) {
  const imports = ['temporary', 'run'].map((name) => new URL(`./${name}.ts`, import.meta.url).href);
  const program = `
    import { writeFileSync } from 'node:fs';
    import { replaceFile, withTemporaryFolder } from ${JSON.stringify(imports[0])};
    const folder = ${JSON.stringify(folder)};
    import { runCommand } from ${JSON.stringify(imports[1])};
    ${text}`;
  return execa(process.execPath, ['--conditions=@nx-kube/source', '--import', 'tsx', '--input-type=module', '-e', program], {
    reject: false,
  }); // prettier-ignore
}

describe('withTemporaryFolder', () => {
  it('the folder is removed after work that succeeds and after work that fails', async () => {
    const work = async (temporary: string) => {
      await writeFile(join(temporary, 'a'), 'a');
      expect(await left()).toHaveLength(1);
      return 'result';
    };
    expect(await withTemporaryFolder('test', work, folder)).toBe('result');
    expect(await left()).toEqual([]);
    const fails = withTemporaryFolder('test', (temporary) => work(temporary).then(() => Promise.reject(new Error('no'))), folder); // prettier-ignore
    await expect(fails).rejects.toThrow('no');
    expect(await left()).toEqual([]);
  });

  it('the folder is removed when the process ends during the work', async () => {
    const { exitCode } = await script(`
      withTemporaryFolder('test', async (temporary) => {
        writeFileSync(temporary + '/a', 'a');
        process.exit(7);
      }, folder);`);
    expect(exitCode).toBe(7);
    expect(await left()).toEqual([]);
  });

  it('the folder is removed when the process dies of an error while a program writes into the folder', async () => {
    const { stderr } = await script(`
      const write = 'i=0; while :; do echo $i > "$0/$i"; i=$((i + 1)); [ $i = 50 ] && echo written; done';
      withTemporaryFolder('test', (temporary) => runCommand('/bin/sh', ['-c', write, temporary], {
        onLine: () => setImmediate(() => { throw new Error('fatal'); }),
      }), folder);`);
    expect(stderr).toContain('fatal');
    expect(await left()).toEqual([]);
  });
});

describe('replaceFile', () => {
  it('the file is replaced as a whole', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'old');
    await replaceFile(file, async (temporary) => {
      await writeFile(temporary, 'new');
      expect(await readFile(file, 'utf8')).toBe('old');
    });
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await left()).toEqual(['file']);
  });

  it('a write that fails, and a process that ends during it, leave the old file and nothing else', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'old');
    const fails = replaceFile(file, (temporary) =>
      writeFile(temporary, 'x').then(() => Promise.reject(new Error('no'))),
    );
    await expect(fails).rejects.toThrow('no');
    await script(`
      await replaceFile(${JSON.stringify(file)}, async (temporary) => {
        writeFileSync(temporary, 'half');
        process.exit(1);
      });`);
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await left()).toEqual(['file']);
  });
});
