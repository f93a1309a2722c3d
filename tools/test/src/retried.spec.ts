import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { collectRetried, retriedReporter } from './retried.mjs';

const root = join(import.meta.dirname, '../../..');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

describe('collectRetried', () => {
  it('a test that passes on its second try is named, one that passes at once is not', async () => {
    mkdirSync(join(root, 'tmp'), { recursive: true });
    const folder = mkdtempSync(join(root, 'tmp', 'retried-'));
    try {
      writeFileSync(join(folder, 'vitest.config.ts'), 'export default {};');
      writeFileSync(
        join(folder, 'a.spec.ts'),
        `import { describe, expect, it } from 'vitest';
         let tries = 0;
         describe('a unit', () => {
           it('sometimes passes', { retry: 1 }, () => expect(++tries).toBe(2));
           it('always passes', { retry: 1 }, () => {});
         });`,
      );
      const { retried } = await collectRetried(() =>
        execa(process.execPath, [vitest, 'run', '--root', folder, `--reporter=${retriedReporter}`], {
          cwd: root,
        }),
      );
      expect(retried).toEqual([expect.stringMatching(/a\.spec\.ts › a unit > sometimes passes$/)]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('no test is named where none was retried', async () =>
    expect(await collectRetried(async () => 5, {})).toEqual({ result: 5, retried: [] }));
});
