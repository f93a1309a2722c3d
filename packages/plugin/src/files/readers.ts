import type yaml from 'js-yaml';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { owningModule } from '../go/owning-module.js';
import { parseGoMod, type GoMod } from '../go/parse-go-mod.js';
import { parseGoWork, type GoWork } from '../go/parse-go-work.js';
import { scanGoFile } from '../go/scan-go-file.js';
import { references } from '../kustomize/references.js';
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

export const goMod: Reader<GoMod> = { version: '1', parse: parseGoMod };
export const goWork: Reader<GoWork> = { version: '1', parse: parseGoWork };

/** What a Go file takes in from outside its own package and the modules that are downloaded. */
export interface GoFileFacts {
  /** Arguments of `//go:embed`. */
  embeds: string[];
  /** Paths of the other modules of this Nx workspace that it imports from. */
  modules: string[];
}

/**
 * @param own path of the file's module
 * @param modules paths of all modules of the Nx workspace
 */
export function goFile(own: string, modules: string[]): Reader<GoFileFacts> {
  const digest = createHash('sha1').update(modules.join('\n')).digest('base64url').slice(0, 8);
  return {
    version: `1-${digest}`,
    parse: (text) => {
      const { embeds, imports } = scanGoFile(text);
      const owners = new Set(imports.map((path) => owningModule(path, modules)));
      return { embeds, modules: [...owners].filter((module) => module !== undefined && module !== own) as string[] };
    },
  };
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

/** Options that name files which a target reads: of kustomize-build, and of image-build. */
export interface FileOptions {
  path?: string;
  dockerfile?: string;
  context?: string;
  only?: string[];
}

/** What the user's own project configuration says that matters for inference. */
export interface ProjectFacts {
  name?: string;
  /** By target: its options, and its options in each of its configurations. */
  options: Record<string, FileOptions[]>;
}

export const projectJson: Reader<ProjectFacts> = { version: '1', parse: (text) => projectFacts(parseJson(text)) };

/** The `nx` key of package.json says the same as project.json. */
export const packageJson: Reader<ProjectFacts> = {
  version: '1',
  parse: (text) => projectFacts((parseJson(text) as { nx?: unknown } | undefined)?.nx),
};

type Options = Record<string, unknown> | null;
interface ProjectJson {
  name?: unknown;
  targets?: Record<string, { options?: Options; configurations?: Record<string, Options> | null } | null> | null;
}

function projectFacts(project: unknown): ProjectFacts {
  const { name, targets } = (project ?? {}) as ProjectJson;
  const options: ProjectFacts['options'] = {};
  for (const [target, configuration] of Object.entries(targets ?? {})) {
    const own = fileOptions(configuration?.options);
    const all = Object.values(configuration?.configurations ?? {}).map((more) => ({ ...own, ...fileOptions(more) }));
    options[target] = [own, ...all];
  }
  return { name: typeof name === 'string' ? name : undefined, options };
}

function fileOptions(options: Options | undefined): FileOptions {
  const { path, dockerfile, context, only } = options ?? {};
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  return {
    ...(isText(path) && { path }),
    ...(isText(dockerfile) && { dockerfile }),
    ...(isText(context) && { context }),
    ...(Array.isArray(only) && { only: only.filter(isText) }),
  };
}
