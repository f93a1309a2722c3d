import { createRequire } from 'node:module';
import { posix } from 'node:path';
import {
  createProjectGraphAsync,
  readNxJson,
  readProjectsConfigurationFromProjectGraph,
  type ProjectConfiguration,
  type Tree,
} from '@nx/devkit';
import { configurationError } from '../../files/configuration-error.js';
import { addIgnored } from '../init/ignored.js';
import { loopProjects } from '../loop-projects.js';
import { renderSettings, type SettingsSchemas } from './render-settings.js';
import type { SettingsGeneratorSchema } from './schema.js';

const require = createRequire(import.meta.url);

/** Generates an annotated settings file of one developer. */
export default async function settingsGenerator(tree: Tree, options: SettingsGeneratorSchema = {}): Promise<void> {
  // Only the graph has the inferred targets.
  const { projects } = readProjectsConfigurationFromProjectGraph(await createProjectGraphAsync());
  writeSettings(tree, projects, options);
}

/**
 * Writes the settings file of a project into the tree, and makes git ignore it.
 *
 * @throws an error when a settings file exists, or no single project with a loop is meant
 */
export function writeSettings(
  tree: Tree,
  projects: Record<string, ProjectConfiguration>,
  { project, workspace = false }: SettingsGeneratorSchema,
): void {
  const [name, ...others] = loopProjects(projects, project);
  if (others.length) {
    throw configurationError(
      `Several projects have a dev target: ${[name, ...others].join(', ')}.`,
      'Name one of them: nx generate @nx-kube/plugin:settings <project>.',
    );
  }
  const { root, targets = {} } = projects[name!]!;
  const folder = workspace ? '.' : root;
  requireNone(tree, folder);
  tree.write(posix.join(folder, 'dev-settings.yaml'), renderSettings(targets, schemas(), schemaPath(tree, folder)));
  tree.write('.gitignore', addIgnored(tree.read('.gitignore', 'utf-8') ?? ''));
}

function requireNone(tree: Tree, folder: string): void {
  const present = ['dev-settings.yaml', 'dev-settings.json']
    .map((name) => posix.join(folder, name))
    .find((path) => tree.exists(path));
  if (present) throw configurationError(`${present} exists already.`, 'Remove it first, or add settings to it.');
}

function schemas(): SettingsSchemas {
  const { properties } = require('@nx-kube/executors/dev-settings.schema.json') as { properties: SettingsSchemas };
  return properties;
}

/** Path of the schema for editors, relative to the file. */
function schemaPath(tree: Tree, folder: string): string {
  const modules = readNxJson(tree)?.installation ? '.nx/installation/node_modules' : 'node_modules';
  const path = posix.relative(folder, `${modules}/@nx-kube/executors/dev-settings.schema.json`);
  return path.startsWith('.') ? path : `./${path}`;
}
