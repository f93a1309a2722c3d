import { createRequire } from 'node:module';
import {
  addDependenciesToPackageJson,
  formatFiles,
  readNxJson,
  updateNxJson,
  type GeneratorCallback,
  type Tree,
} from '@nx/devkit';
import { addIgnored } from './ignored.js';
import type { InitGeneratorSchema } from './schema.js';

const plugin = '@nx-kube/plugin';
const require = createRequire(import.meta.url);

/** Sets a workspace up for this plugin. Existing settings stay. Returns the callback that installs the packages. */
export default async function initGenerator(tree: Tree, options: InitGeneratorSchema = {}): Promise<GeneratorCallback> {
  listPlugin(tree);
  tree.write('.gitignore', addIgnored(tree.read('.gitignore', 'utf-8') ?? ''));
  const install =
    options.skipPackageJson || !tree.exists('package.json')
      ? () => undefined
      : addDependenciesToPackageJson(tree, {}, packages(), undefined, options.keepExistingVersions);
  if (!options.skipFormat) await formatFiles(tree);
  return install;
}

function listPlugin(tree: Tree): void {
  const nxJson = readNxJson(tree) ?? {};
  const listed = nxJson.plugins?.some((entry) => (typeof entry === 'string' ? entry : entry.plugin) === plugin);
  if (!listed) updateNxJson(tree, { ...nxJson, plugins: [...(nxJson.plugins ?? []), plugin] });
}

/** Names and versions of the packages. All packages of a release have the same version. */
function packages(): Record<string, string> {
  const { version } = require('@nx-kube/plugin/package.json') as { version: string };
  return { [plugin]: version, '@nx-kube/executors': version };
}
