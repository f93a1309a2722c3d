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
   * The one example is the workspace itself, with the shared module in a folder of it and no package.json; Nx is where its own
   * script puts it then, in `.nx/installation`. Default: false.
   */
  atRoot?: boolean;
  /** Take what a user could edit only: no Nx, no packages, no nx.json. Default: false. */
  bare?: boolean;
}

/** An Nx workspace of its own, with copies of the examples in it, that a test may edit. */
export class Workspace {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-e2e-')));
  readonly #modules: string;
  /** Also where the test is stopped half-way. */
  readonly #onExit = () => this.remove();

  /** @param examples folders of `examples/` to copy, with the shared module */
  constructor(examples: string[] = ['ocm-controller'], { atRoot = false, bare = false }: WorkspaceOptions = {}) {
    process.once('exit', this.#onExit);
    for (const name of [...examples, 'shared']) {
      const built = /\/(bin|dist)(\/|$)/;
      cpSync(join(repository, 'examples', name), join(this.root, atRoot && name !== 'shared' ? '' : name), {
        recursive: true,
        // A workspace that is the project itself has nothing of Nx in it but nx.json.
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

  /** Replaces the first occurrence of `from`, which has to be there. */
  edit(path: string, from: string | RegExp, to: string): void {
    const before = this.read(path);
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${path} has no ${from}`);
    this.write(path, after);
  }

  /**
   * Gives the greeter controller another name, and its namespace, API group and cluster roles with it, so that the test shares
   * nothing in the cluster with whoever else runs the example. The folder keeps its name.
   */
  renameGreeter(name: string): void {
    renameIn(this.#example('greeter-controller'), { greeter: name });
  }

  /** The same for the ocm controller: `ocm-controller` in `ocm-system` becomes `<name>-controller` in `<name>-system`. */
  renameOcm(name: string): void {
    renameIn(this.#example('ocm-controller'), { ocm: name, 'delivery.example.com': `${name}.example.com` });
  }

  /** Sets options of a project's targets, as its `project.json` would. */
  configure(project: string, options: Record<string, object>): void {
    const targets = Object.fromEntries(Object.entries(options).map(([target, own]) => [target, { options: own }]));
    this.write(`${project}/project.json`, JSON.stringify({ targets }));
  }

  /** Runs Nx here, as a user would. Never rejects: look at `exitCode` and `all`. */
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
