// @ts-check
// Writes docs/errors.md from the messages in the sources. With --check it only says whether the page is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { errorsPage } from './src/errors-page.mjs';
import { knownErrors } from './src/errors.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const path = fileURLToPath(new URL('../../docs/errors.md', import.meta.url));
const page = await format(errorsPage(knownErrors(root)), { ...(await resolveConfig(path)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(path, page);
else if (readFileSync(path, 'utf8') !== page) {
  console.log('docs/errors.md is stale\nRun: npm run docs');
  process.exitCode = 1;
}
