import { createRequire } from 'node:module';
import { chartFiles, references } from '@nx-kube/executors';
import type yaml from 'js-yaml';
import type { Reader } from './facts.js';

const require = createRequire(import.meta.url);

/** Parses YAML. js-yaml is loaded on first use: a command in a workspace with cached facts parses no YAML. */
function parseYaml(text: string): unknown {
  try {
    return (require('js-yaml') as typeof yaml).load(text);
  } catch {
    // The tool that owns the file reports the mistake when a target runs. The graph is made without it.
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

/** Reads the paths in a kustomization, with those of local charts. */
export const kustomization: Reader<string[]> = {
  name: 'kustomization',
  version: '2',
  parse: (text) => {
    const document = parseYaml(text);
    return [...references(document), ...chartFiles(document)];
  },
};

/** Reads `projectName` from kubebuilder's PROJECT file. */
export const kubebuilderProject: Reader<{ projectName?: string }> = {
  name: 'PROJECT',
  version: '1',
  parse: (text) => {
    const { projectName } = (parseYaml(text) ?? {}) as { projectName?: unknown };
    return typeof projectName === 'string' ? { projectName } : {};
  },
};

/**
 * Options with the main package, with paths of files that a target reads or writes, and `release`, which puts the
 * binary into the image.
 */
export interface FileOptions {
  main?: string;
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

/** Options of a target and of each of its configurations, as written. */
export interface TargetOptions {
  options: FileOptions;
  configurations: Record<string, FileOptions>;
}

/** The user's project configuration, as far as inference needs it. */
export interface ProjectFacts {
  name?: string;
  targets: Record<string, TargetOptions>;
}

export const projectJson: Reader<ProjectFacts> = {
  name: 'project.json',
  version: '3',
  parse: (text) => projectFacts(parseJson(text)),
};

/** Reads the key `nx` of package.json, which has the structure of project.json. */
export const packageJson: Reader<ProjectFacts> = {
  name: 'package.json',
  version: '3',
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

/** Reads the file options from the configuration of a target. */
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
  const texts = (['main', 'output', 'path', 'binary', 'manifests', 'image', 'dockerfile', 'context'] as const)
    .map((name) => [name, options?.[name]] as const)
    .filter(([, value]) => isText(value));
  const { only, release } = options ?? {};
  return {
    ...Object.fromEntries(texts),
    ...(Array.isArray(only) && { only: only.filter(isText) }),
    ...(typeof release === 'boolean' && { release }),
  };
}
