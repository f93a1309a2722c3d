import { posix } from 'node:path';
import type { NxJsonConfiguration } from '@nx/devkit';
import type { Facts } from '../files/facts.js';
import { packageJson, projectJson, targetOptions, type FileOptions, type TargetOptions } from '../files/readers.js';

type TargetDefaults = NxJsonConfiguration['targetDefaults'];

/** Reads the user's options of a target from all files that Nx reads, in Nx's order of precedence. */
export function configuredOptions(
  facts: Facts,
  root: string,
  { target = '', executor, defaults }: { target?: string; executor: string; defaults: TargetDefaults },
): TargetOptions {
  return [
    ...targetDefaults(defaults, target, executor),
    facts.read(posix.join(root, 'package.json'), packageJson)?.targets[target],
    facts.read(posix.join(root, 'project.json'), projectJson)?.targets[target],
  ].reduce<TargetOptions>((options, more) => (more ? over(options, more) : options), {
    options: {},
    configurations: {},
  });
}

/**
 * The entries of `targetDefaults` in nx.json for a target: those under its executor, else those under its name. Globs
 * of names and entries for some projects are left out, because only Nx can match them. Pure.
 */
export function targetDefaults(defaults: TargetDefaults, target: string, executor: string): TargetOptions[] {
  for (const key of [executor, target]) {
    const value = defaults?.[key];
    const entries = (Array.isArray(value) ? value : value ? [value] : []).filter(
      ({ filter = {} }) =>
        !filter.projects &&
        [undefined, executor].includes(filter.executor) &&
        [undefined, '@nx-kube/plugin'].includes(filter.plugin),
    );
    if (entries.length) return entries.map(targetOptions);
  }
  return [];
}

/** Lays options over others as Nx does: one by one, and in each configuration. Pure. */
export function over(base: TargetOptions, more: TargetOptions): TargetOptions {
  const names = new Set([...Object.keys(base.configurations), ...Object.keys(more.configurations)]);
  return {
    options: { ...base.options, ...more.options },
    configurations: Object.fromEntries(
      [...names].map((name) => [name, { ...base.configurations[name], ...more.configurations[name] }]),
    ),
  };
}

/** The options that the executor gets by default, and in each configuration. Pure. */
export function variants({ options, configurations }: TargetOptions): FileOptions[] {
  return [options, ...Object.values(configurations).map((more) => ({ ...options, ...more }))];
}
