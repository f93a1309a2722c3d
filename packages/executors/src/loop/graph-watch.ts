import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { goLinks, isConfiguration } from './plan/graph-links.js';

/** Finds the edits that may change which files targets read. */
export class GraphWatch {
  /** What each Go file embeds and imports, by its path. */
  readonly #links = new Map<string, string>();

  /** @param modules returns the paths of the Go modules of the workspace, other than the project's own */
  constructor(
    private readonly workspaceRoot: string,
    private readonly modules: () => readonly string[],
  ) {}

  /** Reads the Go files as they are before the first edits. */
  async learn(files: readonly string[]): Promise<void> {
    const modules = this.modules();
    for (const file of files.filter(isSource)) {
      const links = await this.#read(file, modules);
      // Race: an edit of the file may have been read meanwhile.
      if (!this.#links.has(file)) this.#links.set(file, links);
    }
  }

  /** Whether the files of an edit may have changed what targets read. */
  async concerns(files: readonly string[]): Promise<boolean> {
    let concerned = files.some(isConfiguration);
    const sources = files.filter(isSource);
    const modules = sources.length ? this.modules() : [];
    for (const file of sources) {
      const links = await this.#read(file, modules);
      if (links !== (this.#links.get(file) ?? '')) concerned = true;
      this.#links.set(file, links);
    }
    return concerned;
  }

  async #read(file: string, modules: readonly string[]): Promise<string> {
    const text = await readFile(resolve(this.workspaceRoot, file), 'utf8').catch(() => '');
    return goLinks(text, modules);
  }
}

function isSource(file: string): boolean {
  return file.endsWith('.go') && !file.endsWith('_test.go');
}
