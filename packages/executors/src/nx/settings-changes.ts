import { isDeepStrictEqual } from 'node:util';
import type { ExecutorContext } from '@nx/devkit';
import { projectOf } from './project.js';
import { configuredOptions } from './sibling-target.js';

/** The options of the project's targets that differ between two contexts: `kustomize-apply.registry`. Pure. */
export function settingsChanges(before: ExecutorContext, after: ExecutorContext): string[] {
  const optionsIn = (context: ExecutorContext) => {
    const { targets = {} } = context.projectsConfigurations.projects[projectOf(context).name]!;
    const of = (target: string) =>
      configuredOptions<Record<string, unknown>>(targets[target]!, context.configurationName);
    return new Map(Object.keys(targets).map((target) => [target, of(target)]));
  };
  const [were, are] = [optionsIn(before), optionsIn(after)];
  return [...are].flatMap(([target, options]) => {
    const former = were.get(target) ?? {};
    const keys = [...new Set([...Object.keys(former), ...Object.keys(options)])];
    return keys.filter((key) => !isDeepStrictEqual(former[key], options[key])).map((key) => `${target}.${key}`);
  });
}
