import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const installed = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** `NX_KUBE_TEST_NX` names a node_modules with another version of Nx and these packages, for these tests. */
const nxInstalled = resolve(process.env['NX_KUBE_TEST_NX'] ?? installed);

/** A temporary Nx workspace, outside of any other. */
export interface TestWorkspace {
  root: string;
  write(files: Record<string, string>): void;
  remove(path: string): void;
  /** Runs the real Nx with the built plugin and without daemon. Returns its output; rejects with it on a failure. */
  nx(...args: string[]): Promise<string>;
  dispose(): void;
}

/** Creates a workspace. @param files texts by path; nx.json lists the plugin unless it is given */
export function testWorkspace(files: Record<string, string>): TestWorkspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-plugin-')));
  const write: TestWorkspace['write'] = (written) => {
    for (const [path, text] of Object.entries(written)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  };
  write({
    'nx.json': JSON.stringify({ plugins: ['@nx-kube/plugin'], analytics: false, neverConnectToCloud: true }),
    '.gitignore': 'node_modules\n.nx\nbin/\ndist/\n',
    ...files,
  });
  return {
    root,
    write,
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    nx: (...args) => {
      link(root);
      return new Promise((resolve, reject) => {
        execFile(
          process.execPath,
          [nxBin(), ...args],
          { cwd: root, env: environment(root) },
          (error, stdout, stderr) =>
            error ? reject(new Error(`nx ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error })) : resolve(stdout),
        );
      });
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Links Nx and the built packages into the workspace. */
function link(root: string): void {
  if (!existsSync(join(installed, '@nx-kube/plugin/dist/index.js'))) {
    throw new Error('The plugin is not built. Run "npx tsc -b packages" first, because Nx loads the built plugin.');
  }
  const modules = join(root, 'node_modules');
  if (existsSync(modules)) return;
  mkdirSync(modules);
  for (const name of ['nx', '@nx', '@nx-kube']) symlinkSync(join(nxInstalled, name), join(modules, name));
}

function nxBin(): string {
  const { bin } = JSON.parse(readFileSync(join(nxInstalled, 'nx/package.json'), 'utf8')) as { bin: { nx: string } };
  return join(nxInstalled, 'nx', bin.nx);
}

/** Environment without the settings of an Nx that may be running these tests. */
function environment(root: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(NX_|VITEST|NODE_|FORCE_COLOR|GOWORK$)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    NX_DAEMON: 'false',
    NX_ISOLATE_PLUGINS: 'false',
    NX_CACHE_DIRECTORY: join(root, '.nx/cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(root, '.nx/workspace-data'),
    NO_COLOR: '1',
    CI: 'true',
  };
}
