import { constants } from 'node:fs';
import {
  addDependenciesToPackageJson,
  readJson,
  readNxJson,
  updateNxJson,
  writeJson,
  type NxJsonConfiguration,
  type Tree,
} from '@nx/devkit';
import {
  getBatchScriptContents,
  getNxWrapperContents,
  getShellScriptContents,
  nxWrapperPath,
} from 'nx/src/command-line/init/implementation/dot-nx/add-nx-scripts.js';
import { minVersion, satisfies, validRange } from 'semver';
import initGenerator from '../generators/init/generator.js';
import { nxHome, type NxHome } from './nx-home.js';
import { requireSupportedNx, supportedNx } from './supported-nx.js';

/** Versions to install. */
export interface Versions {
  nx: string;
  /** Of the packages of nx-kube, which all have one version. */
  own: string;
}

const plugins = ['@nx-kube/plugin', '@nx-kube/executors'];

/**
 * Sets a repository up: Nx where there is none, the plugin and what git ignores. It asks nothing, reads no project
 * graph, which may be broken, and installs nothing. Existing settings stay.
 *
 * @returns where Nx is
 * @throws an error when the workspace has a version of Nx that this plugin does not support
 */
export async function setUp(tree: Tree, versions: Versions): Promise<NxHome> {
  const nxJson = tree.exists('nx.json') ? readNxJson(tree) : null;
  const home = nxHome(tree, nxJson);
  requireSupportedNx(tree, nxJson);
  if (!nxJson) writeNxJson(tree, home, versions);
  if (home === 'installation') addToInstallation(tree, versions);
  else addToPackages(tree, versions);
  await initGenerator(tree, { skipFormat: true, skipPackageJson: home === 'installation' });
  return home;
}

/** Without the analytics setting, the first command in a terminal asks about it. */
function writeNxJson(tree: Tree, home: NxHome, { nx }: Versions): void {
  const schema = `./${home === 'installation' ? '.nx/installation/' : ''}node_modules/nx/schemas/nx-schema.json`;
  writeJson(tree, 'nx.json', {
    $schema: schema,
    ...(home === 'installation' && { installation: { version: nx } }),
    analytics: false,
  });
}

function addToInstallation(tree: Tree, { nx, own }: Versions): void {
  const nxJson = readNxJson(tree) as NxJsonConfiguration;
  const { installation = { version: nx } } = nxJson;
  const wanted = Object.fromEntries(plugins.map((name) => [name, own]));
  updateNxJson(tree, { ...nxJson, installation: { ...installation, plugins: { ...installation.plugins, ...wanted } } });
  const script = {
    mode: constants.S_IRWXU | constants.S_IRGRP | constants.S_IXGRP | constants.S_IROTH | constants.S_IXOTH,
  };
  const files: [path: string, text: string, options?: { mode: number }][] = [
    [nxWrapperPath(), getNxWrapperContents()],
    ['nx', getShellScriptContents(), script],
    ['nx.bat', getBatchScriptContents()],
  ];
  for (const [path, text, options] of files) if (!tree.exists(path)) tree.write(path, text, options);
}

/** Adds Nx to package.json. The generator adds the packages of nx-kube. */
function addToPackages(tree: Tree, { nx }: Versions): void {
  const { dependencies, devDependencies } = readJson<Record<string, Record<string, string> | undefined>>(
    tree,
    'package.json',
  );
  const listed = { ...dependencies, ...devDependencies };
  const wanted = { nx, '@nx/devkit': devkitFor(listed['nx'] ?? nx) };
  const missing = Object.entries(wanted).filter(([name]) => !listed[name]);
  if (missing.length) addDependenciesToPackageJson(tree, {}, Object.fromEntries(missing));
}

/** The range of the devkit for a version of Nx: its major version. Not every release of Nx has one of the devkit. */
function devkitFor(nx: string): string {
  const oldest = validRange(nx) && minVersion(nx);
  return oldest && satisfies(oldest, supportedNx()) ? `^${oldest.major}.0.0` : supportedNx();
}
