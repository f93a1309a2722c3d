import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

const kinds = /** @type {const} */ ([
  { kind: 'executor', file: 'executors.json', key: 'executors' },
  { kind: 'generator', file: 'generators.json', key: 'generators' },
]);

/**
 * Returns every executor and generator that the packages of a workspace publish. Hidden ones, and those that delegate
 * to another package, have no page.
 *
 * @param {string} root absolute path of the workspace
 * @returns {Promise<(import('./page.mjs').Subject & { description: string })[]>}
 */
export async function findSubjects(root) {
  const subjects = [];
  for (const folder of (await readdir(join(root, 'packages'))).sort()) {
    for (const { kind, file, key } of kinds) {
      const listPath = join(root, 'packages', folder, file);
      const list = await readJson(listPath);
      if (!list) continue;
      const { name: packageName } = await readJson(join(dirname(listPath), 'package.json'));
      for (const [name, entry] of Object.entries(list[key] ?? {})) {
        if (typeof entry === 'string' || entry.hidden) continue;
        const path = join(dirname(listPath), entry.schema);
        const schema = await readJson(path);
        if (!schema)
          throw new Error(`${relative(root, listPath)}: ${name} names ${entry.schema}, which does not exist.`);
        const example = await readFile(join(dirname(path), 'docs.md'), 'utf8').catch(() => undefined);
        const { description = schema.description ?? '' } = entry;
        subjects.push({ kind, name, packageName, schemaPath: relative(root, path), schema, example, description });
      }
    }
  }
  return subjects;
}

/** Undefined if the file does not exist. @param {string} path */
async function readJson(path) {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
