import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { kubernetesYaml, NxKubeError, UnsafeInteger, yamlProblem } from '@nx-kube/cluster';
import { load, YAMLException } from 'js-yaml';
import { below, whereOf, type Place } from './expand.js';
import { isRecord } from './record.js';

/** The names that a settings file may have; a folder has at most one of them. */
export const settingsFileNames = ['dev-settings.yaml', 'dev-settings.json'] as const;

export interface SettingsFile {
  /** Absolute. */
  path: string;
  /** As messages name it: relative to the workspace root. */
  label: string;
  content: Record<string, unknown>;
}

/**
 * The settings file of a folder, parsed and otherwise as it is written; undefined if there is none.
 *
 * @throws NxKubeError (configuration) for two files, for one that cannot be read or parsed, and for a name that is nearly right
 */
export async function readSettingsFile(directory: string, workspaceRoot: string): Promise<SettingsFile | undefined> {
  const label = (name: string) => relative(workspaceRoot, join(directory, name)).replaceAll('\\', '/');
  const entries: string[] = await readdir(directory).catch(() => []);
  const present = settingsFileNames.filter((name) => entries.includes(name));
  if (present.length > 1) {
    throw new NxKubeError('configuration', `${label(present[0]!)} and ${label(present[1]!)} are both there`, {
      next: 'Keep one of them.',
    });
  }
  if (entries.includes('dev-settings.yml')) {
    throw new NxKubeError('configuration', `${label('dev-settings.yml')} is not read`, {
      next: 'Rename it to dev-settings.yaml.',
    });
  }
  const [name] = present;
  if (!name) return undefined;
  const path = join(directory, name);
  const content = parse(await textOf(path, label(name)), label(name));
  requireExact(content, { file: label(name), path: '' });
  if (content === undefined || content === null) return { path, label: label(name), content: {} };
  if (isRecord(content)) return { path, label: label(name), content };
  throw new NxKubeError('configuration', `${label(name)}: must map names of targets to their options`, {
    next: 'Write, for instance, dev: { timeout: 60 }.',
  });
}

async function textOf(path: string, label: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new NxKubeError('configuration', `${label} cannot be read (${reason})`, {
      next: 'Make it a file that you may read, or remove it.',
      cause,
    });
  }
}

/**
 * YAML is read as kubectl and kustomize read it, for patches and values of charts stand in it. The parsers' own messages quote the text around a
 * mistake, which may hold what nobody is to see.
 */
function parse(text: string, label: string): unknown {
  try {
    return label.endsWith('.json') ? parseJson(text) : load(text, { schema: kubernetesYaml });
  } catch (error) {
    if (!(error instanceof YAMLException) && !(error instanceof SyntaxError)) throw error;
    const line = lineOf(error, text);
    const where = line === undefined ? label : `${label}, line ${line}`;
    const kind = label.endsWith('.json') ? 'JSON' : 'YAML';
    const reason = error instanceof YAMLException ? `: ${yamlProblem(error)}` : '';
    throw new NxKubeError('configuration', `${where}: invalid ${kind}${reason}`, {
      next: `Mend the ${kind}${line === undefined ? '' : ' at that line'}.`,
    });
  }
}

/** Handing on another number than was written would be silent damage. */
function requireExact(value: unknown, place: Place): void {
  if (value instanceof UnsafeInteger) {
    throw new NxKubeError('configuration', `${whereOf(place)}: is an integer too large to be read exactly`, {
      next: 'Put it in quotes if it is a text, or use one between -(2^53 - 1) and 2^53 - 1.',
    });
  }
  const entries = Array.isArray(value) ? [...value.entries()] : isRecord(value) ? Object.entries(value) : [];
  for (const [key, entry] of entries) requireExact(entry, below(place, key));
}

function parseJson(text: string): unknown {
  return text.trim() === '' ? undefined : JSON.parse(text);
}

function lineOf(error: YAMLException | SyntaxError, text: string): number | undefined {
  if (error instanceof YAMLException) return error.mark ? error.mark.line + 1 : undefined;
  const position = /at position (\d+)/.exec(error.message)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}
