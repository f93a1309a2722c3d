import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { gaps, guide, mark, overview, page } from './page.mjs';
import { findSubjects } from './subjects.mjs';

const folders = { executor: 'docs/executors', generator: 'docs/generators' };
/** Hand-written pages that lie beside their code, by published path. */
const guides = { 'docs/dev-settings.md': 'packages/executors/src/settings/docs.md' };
const titles = { executor: 'Executors', generator: 'Generators' };

/**
 * Returns every page with its expected content.
 *
 * @param {string} root absolute path of the workspace
 * @returns {Promise<{ pages: Map<string, string>, gaps: string[] }>} the pages by absolute path, and the texts that the
 * schemas lack
 */
export async function wantedPages(root) {
  const subjects = await findSubjects(root);
  const pages = new Map();
  /** @param {string} path @param {string} text */
  const put = async (path, text) => {
    const file = join(root, path);
    const config = await resolveConfig(file);
    pages.set(file, await format(text, { ...config, parser: 'markdown' }));
  };
  for (const kind of /** @type {const} */ (['executor', 'generator'])) {
    const ofKind = subjects.filter((subject) => subject.kind === kind);
    if (!ofKind.length) continue;
    for (const subject of ofKind) await put(`${folders[kind]}/${subject.name}.md`, page(subject));
    await put(`${folders[kind]}/README.md`, overview(titles[kind], ofKind));
  }
  for (const [path, source] of Object.entries(guides)) {
    const text = await readFile(join(root, source), 'utf8').catch(() => undefined);
    if (text !== undefined) await put(path, guide(source, text));
  }
  return { pages, gaps: subjects.flatMap(gaps) };
}

/**
 * Returns the pages to change: stale or missing ones to write, and ones without a subject to remove.
 *
 * @param {string} root absolute path of the workspace
 * @param {Map<string, string>} wanted
 * @returns {Promise<{ write: string[], remove: string[] }>} absolute paths
 */
export async function stalePages(root, wanted) {
  /** @param {string} path */
  const read = (path) => readFile(path, 'utf8').catch(() => undefined);
  const write = [];
  for (const [path, text] of wanted) if ((await read(path)) !== text) write.push(path);
  const remove = [];
  for (const folder of Object.values(folders)) {
    const names = await readdir(join(root, folder)).catch(() => []);
    for (const path of names.map((name) => join(root, folder, name))) {
      if (!wanted.has(path) && (await read(path))?.startsWith(mark)) remove.push(path);
    }
  }
  return { write, remove };
}

/**
 * Updates the pages, or only checks them.
 *
 * @param {string} root absolute path of the workspace
 * @param {{ check: boolean }} options
 * @returns {Promise<{ ok: boolean, lines: string[] }>} the lines to print
 */
export async function generate(root, { check }) {
  const { pages, gaps } = await wantedPages(root);
  const { write, remove } = await stalePages(root, pages);
  /** @param {string} path */
  const name = (path) => relative(root, path);
  if (check) {
    const stale = [...write, ...remove].map((path) => `${name(path)} is stale`);
    const lines = [...gaps, ...stale, ...(stale.length ? ['Run: npm run docs'] : [])];
    return { ok: !lines.length, lines };
  }
  for (const path of write) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, pages.get(path) ?? '');
  }
  await Promise.all(remove.map((path) => rm(path)));
  const lines = [...write.map((path) => `Wrote ${name(path)}`), ...remove.map((path) => `Removed ${name(path)}`)];
  return { ok: !gaps.length, lines: [...lines, ...gaps] };
}
