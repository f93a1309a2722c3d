import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';
import { renameIn } from './rename.js';

export const repository = fileURLToPath(new URL('../../../..', import.meta.url));

export interface WorkspaceOptions {
  /**
   * Makes the one example the workspace itself, with the shared module in a subfolder and no package.json. Nx is then
   * where its own script installs it, in `.nx/installation`. Default: false.
   */
  atRoot?: boolean;
  /** Copies only the files that a user could edit: no Nx, no packages, no nx.json. Default: false. */
  bare?: boolean;
}

/** Separate Nx workspace with copies of the examples, which a test may edit. */
export class Workspace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-e2e-')));
  readonly #modules: string;
  /** Also covers a test that is stopped midway. */
  readonly #onExit = () => this.remove();

  /** @param examples folders of `examples/` to copy, with the shared module */
  constructor(examples: string[] = ['ocm-controller'], { atRoot = false, bare = false }: WorkspaceOptions = {}) {
    process.once('exit', this.#onExit);
    for (const name of [...examples, 'shared']) {
      const built = /\/(bin|dist)(\/|$)/;
      cpSync(join(repository, 'examples', name), join(this.root, atRoot && name !== 'shared' ? '' : name), {
        recursive: true,
        // A workspace that is the project itself has only nx.json of Nx.
        filter: (path) => !built.test(path.slice(repository.length)) && !(atRoot && path.endsWith('/project.json')),
      });
    }
    this.write('.gitignore', 'node_modules\nbin/\ndist/\n.nx/\n');
    if (atRoot) this.edit('go.mod', '=> ../shared', '=> ./shared');
    else this.write('package.json', JSON.stringify({ name: 'e2e-workspace', private: true }));
    this.#modules = this.path(atRoot ? '.nx/installation/node_modules' : 'node_modules');
    if (bare) return;
    mkdirSync(dirname(this.#modules), { recursive: true });
    symlinkSync(join(repository, 'node_modules'), this.#modules);
    this.write(
      'nx.json',
      JSON.stringify({ plugins: ['@nx-kube/plugin'], analytics: false, neverConnectToCloud: true }),
    );
  }

  #example(name: string): string {
    return existsSync(this.path(name)) ? this.path(name) : this.root;
  }

  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(this.path(path), text);
  }

  rename(from: string, to: string): void {
    renameSync(this.path(from), this.path(to));
  }

  /** Replaces the first occurrence of `from`, which must exist. */
  edit(path: string, from: string | RegExp, to: string): void {
    const before = this.read(path);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${path} does not contain ${from}.`);
    this.write(path, after);
  }

  /**
   * Renames the greeter controller, its namespace, API group and cluster roles, so that the test shares nothing in the
   * cluster with other runs of the example. The folder keeps its name.
   */
  renameGreeter(name: string): void {
    renameIn(this.#example('greeter-controller'), { greeter: name });
  }

  /** Renames the ocm controller: `ocm-controller` in `ocm-system` becomes `<name>-controller` in `<name>-system`. */
  renameOcm(name: string): void {
    renameIn(this.#example('ocm-controller'), { ocm: name, 'delivery.example.com': `${name}.example.com` });
  }

  /** Sets options of a project's targets, as in its `project.json`. */
  configure(project: string, options: Record<string, object>): void {
    const targets = Object.fromEntries(Object.entries(options).map(([target, own]) => [target, { options: own }]));
    this.write(`${project}/project.json`, JSON.stringify({ targets }));
  }

  /** Runs Nx in the workspace, as a user does. Never rejects: check `exitCode` and `all`. */
  nx(
    args: string[],
    env: Record<string, string> = {},
    { detached = false }: { /** In a process group of its own. Default: false. */ detached?: boolean } = {},
  ): ResultPromise<{ all: true; reject: false }> {
    return execa(process.execPath, [join(this.#modules, 'nx/dist/bin/nx.js'), ...args], {
      cwd: this.root,
      all: true,
      reject: false,
      detached,
      env: {
        NX_DAEMON: 'false',
        NX_TUI: 'false',
        NX_CACHE_DIRECTORY: this.path('.nx/cache'),
        NX_WORKSPACE_DATA_DIRECTORY: this.path('.nx/workspace-data'),
        FORCE_COLOR: '0',
        ...env,
      },
    }) as ResultPromise<{ all: true; reject: false }>;
  }

  remove(): void {
    process.off('exit', this.#onExit);
    rmSync(this.root, { recursive: true, force: true });
  }
}
