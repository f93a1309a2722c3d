// Writes docs/executors and docs/generators from the schemas. With --check it only says whether they are up to date.
import { fileURLToPath } from 'node:url';
import { generate } from './src/pages.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { ok, lines } = await generate(root, { check: process.argv.includes('--check') });
for (const line of lines) console.log(line);
process.exitCode = ok ? 0 : 1;
