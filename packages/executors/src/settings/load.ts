import { join, resolve } from 'node:path';
import { branches, expandSettings, whereOf } from './expand.js';
import { requireNoMistakes, type Mistake } from './mistake.js';
import { suggestion } from './nearest.js';
import { readSettingsFile, settingsFileNames, type SettingsFile } from './read-file.js';
import type { Environment } from './references.js';
import { executorSchema, partialSchema, type Schema } from './schema.js';
import { validateSettings } from './validate.js';

/** What several mistakes are introduced with. */
export const inTheSettings = 'in the settings';

/** Options by the name of the target that they are laid over; a part of its options each. */
export type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Targets by name. */
export type Targets = Readonly<Record<string, { executor?: string }>>;

export interface LoadSettingsOptions {
  /** Absolute. */
  workspaceRoot: string;
  /** Relative to the workspace root. */
  projectRoot: string;
  /** The project's targets, by name. */
  targets: Targets;
  /** The targets of each other project: the workspace's file may speak of them, and does not mean this project then. */
  others?: readonly Targets[];
  /** Default: `process.env`. */
  env?: Environment;
}

/** One settings file, filled in and checked. */
export interface SettingsLayer {
  /** Absolute. */
  path: string;
  /** As messages name it: relative to the workspace root. */
  label: string;
  settings: Settings;
}

/**
 * One developer's settings: the workspace's file, and the project's, which is stronger. References to the environment are filled in, but for
 * those to secrets, which stay references.
 *
 * @throws NxKubeError (configuration) that names file, key path and next step of every mistake
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

/** Every path at which a settings file of the project may be, whether it is there or not: what to watch. */
export function settingsPaths(options: Pick<LoadSettingsOptions, 'workspaceRoot' | 'projectRoot'>): string[] {
  return settingsDirectories(options).flatMap((directory) => settingsFileNames.map((name) => join(directory, name)));
}

/** The weaker one first. */
function settingsDirectories({
  workspaceRoot,
  projectRoot,
}: Pick<LoadSettingsOptions, 'workspaceRoot' | 'projectRoot'>) {
  return [...new Set([resolve(workspaceRoot), resolve(workspaceRoot, projectRoot)])];
}

/** The sections that are about this project's targets, filled in and checked. */
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
    // For editors.
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
  if (!found) return { mistake: 'is no target of the project', next: suggestion(target, known) };
  return {
    mistake: `its executor ${found.executor ?? 'is missing and'} takes no settings`,
    next: 'Set its options in project.json, where Nx sees them: what it caches must not depend on one developer’s file.',
  };
}

/** By target: the schema of a part of the options, of those whose executors take settings. */
async function settingsSchemas(targets: Targets): Promise<Map<string, Schema>> {
  const schemas = new Map<string, Schema>();
  for (const [target, { executor = '' }] of Object.entries(targets)) {
    const schema = await executorSchema(executor);
    if (schema?.['x-settings']) schemas.set(target, partialSchema(schema));
  }
  return schemas;
}
