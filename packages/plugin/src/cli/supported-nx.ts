import { createRequire } from 'node:module';
import { readJson, type NxJsonConfiguration, type Tree } from '@nx/devkit';
import { intersects, validRange } from 'semver';
import { configurationError } from '../files/configuration-error.js';

const require = createRequire(import.meta.url);

/** The range of versions of Nx that this plugin supports. */
export function supportedNx(): string {
  const { peerDependencies } = require('@nx-kube/plugin/package.json') as { peerDependencies: { nx: string } };
  return peerDependencies.nx;
}

/** @throws an error when the workspace states a version of Nx that this plugin does not support */
export function requireSupportedNx(tree: Tree, nxJson: NxJsonConfiguration | null): void {
  const stated = statedVersion(tree, nxJson);
  if (!stated) return;
  const supported = supportedNx();
  // A tag such as "latest" says nothing about the version.
  if (!validRange(stated.version) || intersects(stated.version, supported)) return;
  throw configurationError(
    `${stated.file}: Nx ${stated.version} is not supported. nx-kube needs ${supported}.`,
    'Update Nx with nx migrate latest, and run the command again.',
  );
}

function statedVersion(tree: Tree, nxJson: NxJsonConfiguration | null): { file: string; version: string } | undefined {
  if (nxJson?.installation) return { file: 'nx.json', version: nxJson.installation.version };
  if (!tree.exists('package.json')) return undefined;
  const json = readJson<Record<string, Record<string, string> | undefined>>(tree, 'package.json');
  const version = json['devDependencies']?.['nx'] ?? json['dependencies']?.['nx'];
  return version === undefined ? undefined : { file: 'package.json', version };
}
