import { posix } from 'node:path';
import {
  createProjectGraphAsync,
  formatFiles,
  parseJson,
  type ProjectConfiguration,
  readProjectsConfigurationFromProjectGraph,
  type TargetConfiguration,
  type Tree,
} from '@nx/devkit';
import { configurationError } from '../../files/configuration-error.js';
import { loopProjects, targetBy } from '../loop-projects.js';
import { runConfiguration } from './goland.js';
import { pathMappings, type Module } from './path-mappings.js';
import type { DebugConfigGeneratorSchema } from './schema.js';
import { withAttachment, type Attachment } from './vscode.js';

const launchPath = '.vscode/launch.json';
const defaultPort = 30000;

/** Generates configurations to attach editors to debugged controllers. Existing configurations stay. */
export default async function debugConfigGenerator(
  tree: Tree,
  options: DebugConfigGeneratorSchema = {},
): Promise<void> {
  // Only the graph has the inferred targets.
  const { projects } = readProjectsConfigurationFromProjectGraph(await createProjectGraphAsync());
  writeDebugConfigs(tree, projects, options);
  if (!options.skipFormat) await formatFiles(tree);
}

/** Writes the configurations into the tree. @throws an error when the project does not exist or has no dev target */
export function writeDebugConfigs(
  tree: Tree,
  projects: Record<string, ProjectConfiguration>,
  { project, editors = ['vscode', 'goland'], port }: DebugConfigGeneratorSchema,
): void {
  const modules = Object.values(projects).flatMap((one) => moduleOf(tree, one));
  for (const name of loopProjects(projects, project)) {
    const attachment = attachmentOf(name, projects[name]!, modules, port);
    if (editors.includes('vscode')) writeLaunch(tree, attachment);
    if (editors.includes('goland')) {
      const { path, content } = runConfiguration(attachment);
      tree.write(path, content);
    }
  }
}

function attachmentOf(
  name: string,
  project: ProjectConfiguration,
  modules: Module[],
  port = portOf(targetBy(project, 'dev')),
): Attachment {
  const build = targetBy(project, 'go-build');
  const { trimpath = false } = { ...build?.options, ...build?.configurations?.['debug'] } as { trimpath?: boolean };
  return { name: `Debug ${name}`, port, mappings: pathMappings(modules, trimpath) };
}

function portOf(dev: TargetConfiguration | undefined): number {
  const { debug } = { ...dev?.options, ...dev?.configurations?.['debug'] } as { debug?: boolean | { port?: number } };
  return (typeof debug === 'object' && debug.port) || defaultPort;
}

function moduleOf(tree: Tree, { root }: ProjectConfiguration): Module[] {
  const [, path] = /^module\s+"?([^\s"]+)/m.exec(tree.read(posix.join(root, 'go.mod'), 'utf-8') ?? '') ?? [];
  return path ? [{ path, root }] : [];
}

/** Writes launch.json only if it changes, because a change loses its comments. */
function writeLaunch(tree: Tree, attachment: Attachment): void {
  const text = tree.read(launchPath, 'utf-8') ?? '{}';
  let launch: object;
  try {
    launch = parseJson(text, { expectComments: true, allowTrailingComma: true });
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\.?$/, '.');
    throw configurationError(`${launchPath} is not valid JSON: ${reason}`, 'Fix or remove it.');
  }
  const made = withAttachment(launch, attachment);
  if (JSON.stringify(made) !== JSON.stringify(launch))
    tree.write(launchPath, `${JSON.stringify(made, undefined, 2)}\n`);
}
