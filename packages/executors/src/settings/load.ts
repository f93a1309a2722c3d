import { join, resolve } from 'node:path';
import { branches, expandSettings, whereOf } from './expand.js';
import { requireNoMistakes, type Mistake } from './mistake.js';
import { suggestion } from './nearest.js';
import { readSettingsFile, settingsFileNames, type SettingsFile } from './read-file.js';
import type { Environment } from './references.js';
import { executorSchema, partialSchema, type Schema } from './schema.js';
import { validateSettings } from './validate.js';

/** Title of several mistakes in settings files, for `requireNoMistakes`. */
export const inTheSettings = 'in the settings';

/** Partial options by target name. */
export type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Targets by name. */
export type Targets = Readonly<Record<string, { executor?: string }>>;

export interface LoadSettingsOptions {
  /** Absolute path. */
  workspaceRoot: string;
  /** Path relative to the workspace root. */
  projectRoot: string;
  /** The project's targets, by name. */
  targets: Targets;
  /** Targets of each other project: the workspace's file may set them, which does not concern this project. */
  others?: readonly Targets[];
  /** Default: `process.env`. */
  env?: Environment;
}

/** One settings file, expanded and checked. */
export interface SettingsLayer {
  /** Absolute path. */
  path: string;
  /** Path in messages, relative to the workspace root. */
  label: string;
  settings: Settings;
}

/**
 * Loads one developer's settings: the workspace's file, then the project's, which takes precedence. Expands environment
 * references except those that may be secret.
 *
 * @returns the layers, lowest precedence first
 * @throws NxKubeError (configuration) with file, key path and next step of every mistake
 */
export async function loadSettings(options: LoadSettingsOptions): Promise<SettingsLayer[]> {
  const mistakes: Mistake[] = [];
  const layers: SettingsLayer[] = [];
  for (const directory of settingsDirectories(options)) {
    const file = await readSettingsFile(directory, options.workspaceRoot);
    if (!file) continue;
    const others = directory === resolve(options.workspaceRoot) ? (options.others ?? []) : [];
    const { path, label } = file;
    layers.push({ path, label, settings: await check(file, { ...options, others }, mistakes) });
  }
  requireNoMistakes(mistakes, inTheSettings);
  return layers;
}

/** Returns every path to watch for settings of the project, whether the file exists or not. Pure. */
export function settingsPaths(options: Pick<LoadSettingsOptions, 'workspaceRoot' | 'projectRoot'>): string[] {
  return settingsDirectories(options).flatMap((directory) => settingsFileNames.map((name) => join(directory, name)));
}

/** Returns the folders of settings files, lowest precedence first. */
function settingsDirectories({
  workspaceRoot,
  projectRoot,
}: Pick<LoadSettingsOptions, 'workspaceRoot' | 'projectRoot'>) {
  return [...new Set([resolve(workspaceRoot), resolve(workspaceRoot, projectRoot)])];
}

/** Returns the sections of this project's targets, expanded and checked. */
async function check(
  { label, content }: SettingsFile,
  { targets, others = [], env = process.env }: LoadSettingsOptions,
  mistakes: Mistake[],
): Promise<Settings> {
  const schemas = await settingsSchemas(targets);
  const elsewhere = new Set<string>();
  for (const other of others) for (const name of (await settingsSchemas(other)).keys()) elsewhere.add(name);

  const checked: Record<string, Record<string, unknown>> = {};
  for (const [target, section] of Object.entries(content)) {
    // Editors read it.
    if (target === '$schema') continue;
    const place = { file: label, path: target };
    const schema = schemas.get(target);
    if (schema) {
      // A section whose lines are all commented out is null.
      const expanded = expandSettings(section ?? {}, branches(schema), place, env, mistakes);
      mistakes.push(...(await validateSettings(expanded, schema, place)));
      checked[target] = expanded as Record<string, unknown>;
    } else if (!elsewhere.has(target)) {
      const known = [...schemas.keys(), ...elsewhere];
      mistakes.push({ where: whereOf(place), ...refusal(target, targets[target], known) });
    }
  }
  return checked;
}

function refusal(
  target: string,
  found: Targets[string] | undefined,
  known: readonly string[],
): Pick<Mistake, 'mistake' | 'next'> {
  if (!found) return { mistake: 'is not a target of the project', next: suggestion(target, known) };
  const { executor } = found;
  return {
    mistake: executor ? `has the executor ${executor}, which takes no settings` : 'has no executor to take settings',
    next: 'Set its options in project.json, which Nx hashes: cached output must not depend on one developer’s file.',
  };
}

/** Returns the partial schema of each target whose executor takes settings, by target name. */
async function settingsSchemas(targets: Targets): Promise<Map<string, Schema>> {
  const schemas = new Map<string, Schema>();
  for (const [target, { executor = '' }] of Object.entries(targets)) {
    const schema = await executorSchema(executor);
    if (schema?.['x-settings']) schemas.set(target, partialSchema(schema));
  }
  return schemas;
}
