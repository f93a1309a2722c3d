import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serveNpmRegistry, type NpmRegistry } from '@nx-kube/testing/e2e/npm-registry.js';
import { packPackages } from '@nx-kube/testing/e2e/packed-packages.js';

const controller = {
  PROJECT: 'projectName: guestbook\n',
  'go.mod': 'module example.com/guestbook\n\ngo 1.24\n',
  'cmd/main.go': 'package main\n\nfunc main() {}\n',
  'config/default/kustomization.yaml': 'resources: []\n',
  Dockerfile: 'FROM scratch\n',
};

let registry: NpmRegistry;
let removePacked: () => void;
/** npm's cache: what one test has downloaded, the next one has. */
const cache = mkdtempSync(join(tmpdir(), 'nx-kube-npm-'));
let root: string;

beforeAll(async () => {
  const { packages, remove } = await packPackages();
  removePacked = remove;
  registry = await serveNpmRegistry(packages);
});

afterAll(async () => {
  await registry?.close();
  removePacked?.();
  rmSync(cache, { recursive: true, force: true });
});

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'nx-kube-init-')));
  await execa('git', ['init', '--quiet'], { cwd: root });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Runs a command that has to succeed. Returns its output. */
async function run(command: string, args: string[], cwd = root): Promise<string> {
  const { all, exitCode } = await tryToRun(command, args, { cwd });
  expect(exitCode, all).toBe(0);
  return all;
}

/** Runs a command with only the local registry, as a user without any Nx around. */
function tryToRun(command: string, args: string[], { cwd = root, env = {} } = {}) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(NX_|npm_|VITEST|NODE_|FORCE_COLOR$)/i.test(name),
  );
  return execa(command, args, {
    cwd,
    all: true,
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: {
      ...Object.fromEntries(inherited),
      ...{ NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1', CI: 'true' },
      ...{ npm_config_registry: registry.url, npm_config_cache: cache, npm_config_audit: 'false' },
      ...env,
    },
  });
}

const init = (...args: string[]) => run('npx', ['--yes', '@nx-kube/plugin', 'init', ...args]);
const changedFiles = async () => (await run('git', ['status', '--porcelain', '--untracked-files=all'])).split('\n');

/** What git sees of the repository. */
async function committed(): Promise<void> {
  await run('git', ['add', '-A']);
  await run('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '--message=x']);
}

describe('npx @nx-kube/plugin init (packed packages, from a local registry only)', () => {
  it('a Go repository without package.json is set up with one command', async () => {
    write(controller);
    await committed();
    expect(await init('--dry-run')).toMatch(/CREATE nx\.json[^]*Nothing was changed, because of --dry-run\./);
    expect(await changedFiles()).toEqual(['']);

    const output = await init();
    expect(output).toMatch(/Found 1 project:\n {2}guestbook \(controller\)\n\nNext: \.\/nx run guestbook:dev$/);
    expect(await changedFiles()).toEqual(['?? .gitignore', '?? .nx/nxw.js', '?? nx', '?? nx.bat', '?? nx.json']);
    expect(await run('./nx', ['show', 'target', 'guestbook:dev', '--json'])).toContain('@nx-kube/executors:dev');

    await committed();
    expect(await init()).toContain('nx-kube is set up already');
    expect(await changedFiles()).toEqual(['']);
  });

  it('an npm repository without Nx is set up, also from one of its folders', async () => {
    write({ ...controller, 'package.json': '{ "name": "web", "private": true }', '.gitignore': 'node_modules\n' });
    await committed();
    const output = await run('npx', ['--yes', '@nx-kube/plugin', 'init'], join(root, 'cmd'));
    expect(output).toContain('Next: npx nx run guestbook:dev');
    expect(await changedFiles()).toEqual([' M .gitignore', ' M package.json', '?? nx.json', '?? package-lock.json']);
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(Object.keys(devDependencies).sort()).toEqual(['@nx-kube/executors', '@nx-kube/plugin', '@nx/devkit', 'nx']);
  });

  it('an Nx workspace that a plugin’s project without a name has broken is set up, and works', async () => {
    // A stand-in for @nx/docker, which is no package of this repository.
    const unnamed = `exports.createNodesV2 = ['**/Dockerfile', (files) => files.map((file) =>
      [file, { projects: { [require('node:path').dirname(file)]: { targets: { 'docker:build': {} } } } }])];`;
    write({
      ...controller,
      'package.json': '{ "private": true, "devDependencies": { "nx": "^24.0.0" } }',
      '.gitignore': 'node_modules\n.nx\n',
      'nx.json': '{ "analytics": false, "plugins": ["./docker.js"] }',
      'docker.js': unnamed,
    });
    await run('npm', ['install', '--no-fund']);
    await expect(run('npx', ['nx', 'show', 'projects'])).rejects.toThrow(/name/);

    expect(await init()).toContain('Next: npx nx run guestbook:dev');
    expect(JSON.parse(readFileSync(join(root, 'nx.json'), 'utf8')).plugins).toEqual(['./docker.js', '@nx-kube/plugin']);
    expect(existsSync(join(root, 'nx'))).toBe(false);

    write({ 'web/Dockerfile': 'FROM scratch\n' });
    const { all, exitCode } = await tryToRun('npx', ['nx-kube', 'init']);
    expect(exitCode).toBe(1);
    expect(all).toMatch(/The repository is set up, but Nx cannot read it:[^]*- web\n[^]*→ Give each of these folders/);
  });

  it('where packages cannot be installed, the command says so and can be run again', async () => {
    write(controller);
    const nowhere = {
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
      npm_config_offline: 'false',
    };
    const env = { ...nowhere, npm_config_cache: join(root, '.git/empty-cache') };
    const [program = ''] = (await run('npx', ['--yes', '--package=@nx-kube/plugin', 'which', 'nx-kube'])).split('\n');
    const { all, exitCode } = await tryToRun(program, ['init'], { env });
    expect(exitCode).toBe(1);
    expect(all).toMatch(/the packages could not be installed:[^]*ECONNREFUSED[^]*→ Fix what npm reports/);
    expect(await init()).toContain('Next: ./nx run guestbook:dev');
  });
});
