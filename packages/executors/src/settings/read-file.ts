import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { kubernetesYaml, NxKubeError, UnsafeInteger, yamlProblem } from '@nx-kube/cluster';
import { load, YAMLException } from 'js-yaml';
import { below, whereOf, type Place } from './expand.js';
import { isRecord } from './record.js';

/** Allowed names of a settings file. A folder holds at most one of them. */
export const settingsFileNames = ['dev-settings.yaml', 'dev-settings.json'] as const;

export interface SettingsFile {
  /** Absolute path. */
  path: string;
  /** Path in messages, relative to the workspace root. */
  label: string;
  content: Record<string, unknown>;
}

/**
 * Reads and parses the settings file of a folder. Expands and checks nothing.
 *
 * @returns undefined if the folder has no settings file
 * @throws NxKubeError (configuration) if there are two files, if the file cannot be read or parsed, or if it is named
 *   `dev-settings.yml`
 */
export async function readSettingsFile(directory: string, workspaceRoot: string): Promise<SettingsFile | undefined> {
  const label = (name: string) => relative(workspaceRoot, join(directory, name)).replaceAll('\\', '/');
  const entries: string[] = await readdir(directory).catch(() => []);
  const present = settingsFileNames.filter((name) => entries.includes(name));
  if (present.length > 1) {
    throw new NxKubeError('configuration', `${label(present[0]!)} and ${label(present[1]!)} both exist.`, {
      next: 'Keep one of them.',
    });
  }
  if (entries.includes('dev-settings.yml')) {
    throw new NxKubeError('configuration', `${label('dev-settings.yml')} is not read.`, {
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
  throw new NxKubeError('configuration', `${label(name)} must map target names to their options.`, {
    next: 'Write, for instance, dev: { timeout: 60 }.',
  });
}

async function textOf(path: string, label: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new NxKubeError('configuration', `${label} cannot be read (${reason}).`, {
      next: 'Make it a readable file, or remove it.',
      cause,
    });
  }
}

/**
 * Parses YAML as kubectl and kustomize do, because settings hold patches and chart values. Never shows the parsers' own
 * messages: they quote the text around a mistake, which may hold a secret.
 */
function parse(text: string, label: string): unknown {
  try {
    return label.endsWith('.json') ? parseJson(text) : load(text, { schema: kubernetesYaml });
  } catch (error) {
    if (!(error instanceof YAMLException) && !(error instanceof SyntaxError)) throw error;
    const line = lineOf(error, text);
    const kind = label.endsWith('.json') ? 'JSON' : 'YAML';
    const where = line === undefined ? '' : ` at line ${line}`;
    const reason = error instanceof YAMLException ? `: ${yamlProblem(error)}` : '';
    throw new NxKubeError('configuration', `${label} has invalid ${kind}${where}${reason}.`, {
      next: `Fix the ${kind}${line === undefined ? '' : ' at that line'}.`,
    });
  }
}

/** Refuses integers beyond 2^53 - 1: rounding would silently change the number that the user wrote. */
function requireExact(value: unknown, place: Place): void {
  if (value instanceof UnsafeInteger) {
    throw new NxKubeError('configuration', `${whereOf(place)} is an integer that is too large to be read exactly.`, {
      next: 'Put it in quotes if it is text, or use an integer between -(2^53 - 1) and 2^53 - 1.',
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
