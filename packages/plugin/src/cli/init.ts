import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { detectPackageManager, getPackageManagerCommand, installPackagesTask } from '@nx/devkit';
import { flushChanges, FsTree, printChanges } from 'nx/src/generators/tree.js';
import { configurationError } from '../files/configuration-error.js';
import { findRoot } from './find-root.js';
import { foundProjects, type FoundProjects } from './found-projects.js';
import type { NxHome } from './nx-home.js';
import { runNx } from './run-nx.js';
import { setUp } from './set-up.js';

const require = createRequire(import.meta.url);

export interface InitOptions {
  /** Absolute path of a folder in the repository. */
  directory: string;
  /** Print what would change, and change nothing. */
  dryRun: boolean;
}

/**
 * Sets the repository around a folder up, installs the packages, and prints the projects that Nx finds.
 *
 * @throws an error with the next step when the folder is in no repository, its Nx is not supported, or Nx does not run
 */
export async function init({ directory, dryRun }: InitOptions): Promise<void> {
  const root = findRoot(directory);
  const tree = new FsTree(root, false);
  const versions = { nx: versionOf('nx'), own: versionOf('@nx-kube/plugin') };
  const home = await setUp(tree, versions);
  const changes = tree.listChanges();
  print(
    `${root}: ${changes.length ? `${dryRun ? 'would set up' : 'setting up'} nx-kube` : 'nx-kube is set up already'}`,
  );
  printChanges(changes, '  ');
  if (dryRun) return print('Nothing was changed, because of --dry-run.');

  flushChanges(root, changes);
  await install(tree, home, { isStale: changes.some(({ path }) => path === 'package.json') });
  for (const line of summary(await foundProjects(root, home), runPrefix(root, home))) print(line);
}

async function install(tree: FsTree, home: NxHome, { isStale }: { isStale: boolean }): Promise<void> {
  const { root } = tree;
  if (home === 'installation') {
    print('Installing Nx and nx-kube into .nx/installation, where they are missing');
    const run = await runNx(root, home, ['--version']);
    if (!run.ok) throw notInstalled(`${run.output}\n${run.errors}`);
  } else if (isStale || !existsSync(join(root, 'node_modules/nx'))) {
    print('Installing the packages of package.json');
    try {
      installPackagesTask(tree, true);
    } catch (error) {
      throw notInstalled((error as Error).message);
    }
  }
}

function notInstalled(reason: string): Error {
  const text = reason.trim().split('\n').join('\n  ');
  return configurationError(
    `The files are written, but the packages could not be installed:\n  ${text}`,
    'Fix what npm reports, and run the command again.',
  );
}

/** What Nx found, and the command to run next. Pure. */
export function summary({ controllers, modules }: FoundProjects, nx: string): string[] {
  const [first] = controllers;
  const list = [
    ...controllers.map(({ name }) => `  ${name} (controller)`),
    ...modules.map((name) => `  ${name} (Go module)`),
  ];
  if (!list.length) return ['No Go module was found: there is no go.mod in the repository.'];
  const found = `Found ${list.length} ${list.length === 1 ? 'project' : 'projects'}:`;
  const next = first
    ? [`Next: ${nx} run ${first.name}:${first.dev}`]
    : [
        'None of them is a controller: a controller has a program, and a kustomization with a workload, such as config/default.',
        'Next: make them, or set "main" of go-build and "path" of kustomize-build in project.json, and run the command again.',
      ];
  return [found, ...list, '', ...next];
}

/** How a user starts Nx in this workspace. */
function runPrefix(root: string, home: NxHome): string {
  if (home === 'installation') return process.platform === 'win32' ? '.\\nx.bat' : './nx';
  return `${getPackageManagerCommand(detectPackageManager(root)).exec} nx`;
}

function versionOf(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
