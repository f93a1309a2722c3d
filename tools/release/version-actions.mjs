// @ts-check
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VersionActions } from 'nx/release/index.js';
import { releasedChangelog } from './src/changelog.mjs';
import { lockWithManifests, manifestWithDependencies } from './src/manifests.mjs';

/**
 * Reads and writes versions for `nx release`, in `package.json` and `CHANGELOG.md`, without a registry. Nx's own
 * implementation is part of `@nx/js`, which this repository does not need otherwise.
 */
export default class PackageJsonVersions extends VersionActions {
  validManifestFilenames = ['package.json'];

  /** @param {import('nx/src/devkit-exports.js').Tree} tree */
  async readCurrentVersionFromSourceManifest(tree) {
    const manifestPath = manifestOf(this.projectGraphNode);
    return { manifestPath, currentVersion: readJson(tree, manifestPath).version };
  }

  /** @returns {Promise<never>} */
  async readCurrentVersionFromRegistry() {
    throw new Error(
      'nx.json: release.version.currentVersionResolver: set "disk"; versions are not read from a registry.',
    );
  }

  /**
   * @param {import('nx/src/devkit-exports.js').Tree} tree
   * @param {import('nx/src/devkit-exports.js').ProjectGraph} graph
   * @param {string} project
   */
  async readCurrentVersionOfDependency(tree, graph, project) {
    const { dependencies } = readJson(tree, manifestOf(this.projectGraphNode));
    const currentVersion = dependencies?.[packageName(tree, graph, project)] ?? null;
    return { currentVersion, dependencyCollection: currentVersion && 'dependencies' };
  }

  /**
   * @param {import('nx/src/devkit-exports.js').Tree} tree
   * @param {string} version
   */
  async updateProjectVersion(tree, version) {
    for (const { manifestPath } of this.manifestsToUpdate)
      writeJson(tree, manifestPath, { ...readJson(tree, manifestPath), version });
    // All packages have one version: the first one writes the changelog, and the others find it written.
    const changelog = tree.read('CHANGELOG.md', 'utf8') ?? '';
    tree.write('CHANGELOG.md', releasedChangelog(changelog, version, new Date()));
    return [`✍️  New version ${version} written to package.json`];
  }

  /**
   * @param {import('nx/src/devkit-exports.js').Tree} tree
   * @param {import('nx/src/devkit-exports.js').ProjectGraph} graph
   * @param {Record<string, string>} versions by project
   */
  async updateProjectDependencies(tree, graph, versions) {
    const byPackage = Object.fromEntries(
      Object.entries(versions).map(([project, version]) => [packageName(tree, graph, project), version]),
    );
    for (const { manifestPath } of this.manifestsToUpdate)
      writeJson(tree, manifestPath, manifestWithDependencies(readJson(tree, manifestPath), byPackage));
    return [];
  }
}

/**
 * Updates `package-lock.json` to the new versions, without npm and therefore without a network.
 *
 * @type {import('nx/release/index.js').AfterAllProjectsVersioned}
 */
export async function afterAllProjectsVersioned(cwd, { dryRun }) {
  const file = 'package-lock.json';
  if (dryRun) return { changedFiles: [file], deletedFiles: [] };
  /** @param {string} path */
  const read = (path) => JSON.parse(readFileSync(join(cwd, path), 'utf8'));
  const lock = lockWithManifests(read(file), (folder) => read(join(folder, 'package.json')));
  writeFileSync(join(cwd, file), `${JSON.stringify(lock, null, 2)}\n`);
  return { changedFiles: [file], deletedFiles: [] };
}

/**
 * @param {import('nx/src/devkit-exports.js').Tree} tree
 * @param {import('nx/src/devkit-exports.js').ProjectGraph} graph
 * @param {string} project
 */
function packageName(tree, graph, project) {
  return readJson(tree, manifestOf(graph.nodes[project])).name;
}

/** @param {import('nx/src/devkit-exports.js').ProjectGraphProjectNode | undefined} project */
function manifestOf(project) {
  if (!project) throw new Error('nx.json: release.projects: names a project that the project graph does not have.');
  return join(project.data.root, 'package.json');
}

/**
 * @param {import('nx/src/devkit-exports.js').Tree} tree
 * @param {string} path
 */
function readJson(tree, path) {
  return JSON.parse(tree.read(path, 'utf8') ?? '{}');
}

/**
 * @param {import('nx/src/devkit-exports.js').Tree} tree
 * @param {string} path
 * @param {unknown} value
 */
function writeJson(tree, path, value) {
  tree.write(path, `${JSON.stringify(value, null, 2)}\n`);
}
