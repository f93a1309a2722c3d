import { createRequire } from 'node:module';
import { references } from '@nx-kube/executors';
import type yaml from 'js-yaml';
import type { Reader } from './facts.js';

const require = createRequire(import.meta.url);

/** Loaded at the first file that is not yet known: an Nx command in a known workspace parses no YAML. */
function parseYaml(text: string): unknown {
  try {
    return (require('js-yaml') as typeof yaml).load(text);
  } catch {
    // What is wrong with it is said by the tool whose file it is, when a target runs; the graph goes on without.
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The paths that a kustomization refers to. */
export const kustomization: Reader<string[]> = { version: '1', parse: (text) => references(parseYaml(text)) };

/** `projectName` of kubebuilder's PROJECT file. */
export const kubebuilderProject: Reader<{ projectName?: string }> = {
  version: '1',
  parse: (text) => {
    const { projectName } = (parseYaml(text) ?? {}) as { projectName?: unknown };
    return typeof projectName === 'string' ? { projectName } : {};
  },
};

/** Options that name files which a target reads or makes, and `release`, with which an image is made of its binary. */
export interface FileOptions {
  output?: string;
  path?: string;
  binary?: string;
  manifests?: string;
  image?: string;
  dockerfile?: string;
  context?: string;
  only?: string[];
  release?: boolean;
}

/** A target's options, and those of each of its configurations, as written. */
export interface TargetOptions {
  options: FileOptions;
  configurations: Record<string, FileOptions>;
}

/** What the user's own project configuration says that matters for inference. */
export interface ProjectFacts {
  name?: string;
  targets: Record<string, TargetOptions>;
}

export const projectJson: Reader<ProjectFacts> = { version: '2', parse: (text) => projectFacts(parseJson(text)) };

/** The `nx` key of package.json says the same as project.json. */
export const packageJson: Reader<ProjectFacts> = {
  version: '2',
  parse: (text) => projectFacts((parseJson(text) as { nx?: unknown } | undefined)?.nx),
};

type Options = Record<string, unknown> | null;
interface Target {
  options?: Options;
  configurations?: Record<string, Options> | null;
}

function projectFacts(project: unknown): ProjectFacts {
  const { name, targets } = (project ?? {}) as { name?: unknown; targets?: Record<string, Target | null> | null };
  return {
    name: typeof name === 'string' ? name : undefined,
    targets: Object.fromEntries(
      Object.entries(targets ?? {}).map(([target, configuration]) => [target, targetOptions(configuration)]),
    ),
  };
}

/** What the configuration of a target says of files. */
export function targetOptions(target: Target | null): TargetOptions {
  return {
    options: fileOptions(target?.options),
    configurations: Object.fromEntries(
      Object.entries(target?.configurations ?? {}).map(([name, options]) => [name, fileOptions(options)]),
    ),
  };
}

function fileOptions(options: Options | undefined): FileOptions {
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  const texts = (['output', 'path', 'binary', 'manifests', 'image', 'dockerfile', 'context'] as const)
    .map((name) => [name, options?.[name]] as const)
    .filter(([, value]) => isText(value));
  const { only, release } = options ?? {};
  return {
    ...Object.fromEntries(texts),
    ...(Array.isArray(only) && { only: only.filter(isText) }),
    ...(typeof release === 'boolean' && { release }),
  };
}
