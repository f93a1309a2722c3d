// @ts-check
// Writes docs/errors.md from the messages in the sources, and the table of floors in docs/architecture.md. With --check
// it only says whether both are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { floors } from '../lint/floors.mjs';
import { errorsPage } from './src/errors-page.mjs';
import { knownErrors } from './src/errors.mjs';
import { withFloors } from './src/floors-page.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** @param {string} path */
const read = (path) => readFileSync(join(root, path), 'utf8');
const pages = {
  'docs/errors.md': errorsPage(knownErrors(root)),
  'docs/architecture.md': withFloors(read('docs/architecture.md'), floors),
};
for (const [path, text] of Object.entries(pages)) {
  const page = await format(text, { ...(await resolveConfig(join(root, path))), parser: 'markdown' });
  if (!process.argv.includes('--check')) writeFileSync(join(root, path), page);
  else if (read(path) !== page) {
    console.log(`${path} is stale\nRun: npm run docs`);
    process.exitCode = 1;
  }
}
