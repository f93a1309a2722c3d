import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { gaps, guide, mark, overview, page } from './page.mjs';
import { findSubjects } from './subjects.mjs';

const folders = { executor: 'docs/executors', generator: 'docs/generators' };
/** Pages that stand beside the code they are about, by where they are published. */
const guides = { 'docs/dev-settings.md': 'packages/executors/src/settings/docs.md' };
const titles = { executor: 'Executors', generator: 'Generators' };

/**
 * Every page as it should be.
 *
 * @param {string} root absolute path of the workspace
 * @returns {Promise<{ pages: Map<string, string>, gaps: string[] }>} by absolute path; and what the schemas do not say
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
 * The pages that are not as they should be: stale, missing, or of something that is no more.
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
 * Brings the pages up to date, or only says whether they are.
 *
 * @param {string} root absolute path of the workspace
 * @param {{ check: boolean }} options
 * @returns {Promise<{ ok: boolean, lines: string[] }>} what to tell the reader
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
