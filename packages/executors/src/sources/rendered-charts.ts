import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { replaceFile } from '../process/temporary.js';
import type { HelmRelease } from './helm.js';

interface Kept {
  key: string;
  text: string;
}

/**
 * Keeps the text of each rendered chart until its chart, values, options or helm itself change. A chart may hold random
 * values, such as passwords: another render would change them.
 *
 * The texts lie in a folder that only the user can read. They must not lie in the workspace or in the Nx cache, which
 * CI and other developers may share.
 */
export class RenderedCharts {
  private readonly kept = new Map<string, Kept>();

  /** @param directory absolute path of the user's folder; see `chartsDirectory` */
  constructor(private readonly directory: string) {}

  /**
   * The text of a rendered chart.
   *
   * @param key changes with everything that the render depends on
   * @param render renders the chart; called if the key has changed
   */
  async text(
    { release, namespace }: Pick<HelmRelease, 'release' | 'namespace'>,
    key: string,
    render: () => Promise<string>,
  ): Promise<string> {
    const file = join(this.directory, `${digestOf(namespace, release)}.json`);
    const kept = this.kept.get(file) ?? (await read(file));
    if (kept?.key === key) {
      this.kept.set(file, kept);
      return kept.text;
    }
    const made = { key, text: await render() };
    this.kept.set(file, made);
    // Without a folder of the user the text is kept as long as this process runs.
    await write(file, JSON.stringify(made)).catch(() => undefined);
    return made.text;
  }
}

const stores = new Map<string, RenderedCharts>();

/** The charts of a project, by the project's state directory. They are in memory as long as the process runs. */
export function renderedCharts(stateDirectory: string): RenderedCharts {
  let store = stores.get(stateDirectory);
  if (!store) stores.set(stateDirectory, (store = new RenderedCharts(chartsDirectory(stateDirectory))));
  return store;
}

/** The user's folder for the charts of a project. Pure, but for the environment. */
export function chartsDirectory(stateDirectory: string, env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(state, 'nx-kube', 'charts', digestOf(stateDirectory));
}

/**
 * The key of a render: it changes with the arguments of helm, with helm itself, and with the files of a local chart and
 * of values.
 *
 * @param command absolute path of helm
 */
export async function renderKey(
  { chart, values = [] }: Pick<HelmRelease, 'chart' | 'values'>,
  command: string,
  args: readonly string[],
): Promise<string> {
  const { size, mtimeMs } = await stat(command);
  const local = chart.startsWith('/') ? [chart] : [];
  const files = await Promise.all([...local, ...values].map(contentOf));
  return digestOf(...args, command, String(size), String(mtimeMs), ...files);
}

/** A digest of a file, or of all files in a folder; empty for a missing one, which helm reports. */
async function contentOf(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return '';
  if (!found.isDirectory()) {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  const names = (await readdir(path)).sort();
  const inside = await Promise.all(names.map((name) => contentOf(join(path, name))));
  return digestOf(...names, ...inside);
}

function digestOf(...texts: string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

async function read(file: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Kept;
  } catch {
    return undefined;
  }
}

/** Replaces a file as a whole. Nobody but the user can read it at any time. */
async function write(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  await replaceFile(file, (temporary) => writeFile(temporary, text, { mode: 0o600, flag: 'wx' }));
}
