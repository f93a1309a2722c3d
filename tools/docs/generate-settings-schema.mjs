// Writes packages/executors/dev-settings.schema.json from the executors' schemas. With --check it only reports whether
// the file is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { tsImport } from 'tsx/esm/api';

const root = new URL('../..', import.meta.url);
const name = 'packages/executors/dev-settings.schema.json';
const path = fileURLToPath(new URL(name, root));
const source = new URL('packages/executors/src/settings/published-schema.ts', root).href;

/** @type {typeof import('@nx-kube/executors/settings/published-schema.js')} */
const { publishedSchema } = await tsImport(source, import.meta.url);
const config = await resolveConfig(path);
const wanted = await format(JSON.stringify(await publishedSchema()), { ...config, parser: 'json' });
const current = await readFile(path, 'utf8').catch(() => '');

if (current !== wanted) {
  if (process.argv.includes('--check')) {
    console.log(`${name} is stale\nRun: node tools/docs/generate-settings-schema.mjs`);
    process.exitCode = 1;
  } else {
    await writeFile(path, wanted);
    console.log(`Wrote ${name}`);
  }
}
