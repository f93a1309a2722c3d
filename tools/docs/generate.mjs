// Writes docs/executors and docs/generators, and the schema.d.ts beside each schema.json, from the schemas.
// With --check it only reports what is stale.
import { fileURLToPath } from 'node:url';
import { generateTypes } from './src/option-types.mjs';
import { generate } from './src/pages.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const check = process.argv.includes('--check');
const parts = [await generate(root, { check }), await generateTypes(root, { check })];
for (const line of parts.flatMap(({ lines }) => lines)) console.log(line);
process.exitCode = parts.every(({ ok }) => ok) ? 0 : 1;
