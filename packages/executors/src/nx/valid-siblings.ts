import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson, type ExecutorContext, type TargetConfiguration } from '@nx/devkit';
import { requireNoMistakes, type Mistake } from '../settings/mistake.js';
import { isRecord } from '../settings/record.js';
import { executorSchema, wholeSchema, type Schema } from '../settings/schema.js';
import { validateSettings } from '../settings/validate.js';
import { projectOf } from './project.js';
import { configuredOptions } from './sibling-target.js';

const inOtherTargets = 'in the options of other targets that this one reads';

/**
 * Checks the options of the sibling targets that the one that runs reads: Nx checks only those of what it runs itself,
 * so that a mistyped option would do nothing, unnoticed. Which these are its schema says.
 *
 * @throws NxKubeError (configuration) naming file, key path and next step of every mistake
 */
export async function requireValidSiblings(options: object, context: ExecutorContext): Promise<void> {
  const { name } = projectOf(context);
  const { targets = {} } = context.projectsConfigurations.projects[name]!;
  const own = await executorSchema(targets[context.targetName ?? '']?.executor ?? '');
  if (!own) return;
  const found = siblings(own, options, targets).map((target) => problemsOf(target, targets[target]!, context));
  requireNoMistakes((await Promise.all(found)).flat(), inOtherTargets);
}

/** The targets that options name, and those of executors that are always read. */
function siblings(schema: Schema, options: object, targets: Record<string, TargetConfiguration>): string[] {
  const given = options as Record<string, unknown>;
  const named = Object.entries(schema.properties ?? {}).flatMap(([option, about]) =>
    about['x-target'] ? [String(given[option] ?? about['default'])] : [],
  );
  const read = Object.keys(targets).filter((target) => schema['x-reads']?.includes(targets[target]!.executor ?? ''));
  return [...new Set([...named, ...read])].filter((target) => targets[target]);
}

async function problemsOf(
  target: string,
  configuration: TargetConfiguration,
  context: ExecutorContext,
): Promise<Mistake[]> {
  const schema = await executorSchema(configuration.executor ?? '');
  if (!schema) return [];
  const options = configuredOptions<Record<string, unknown>>(configuration, context.configurationName);
  const place = { file: '', path: '' };
  const mistakes = await validateSettings(options, wholeSchema(schema), place);
  return await Promise.all(
    mistakes.map(async (mistake) => {
      const path = mistake.where.slice(': '.length);
      const [option = ''] = /^[^.[]*/.exec(path) ?? [];
      return { ...mistake, where: `${await placeOf(target, configuration, option, context)}.${path}` };
    }),
  );
}

/** File and key path of a target's options: where the option stands, or where it would be looked for. */
async function placeOf(
  target: string,
  { executor = '' }: TargetConfiguration,
  option: string,
  context: ExecutorContext,
): Promise<string> {
  const { root, workspaceRoot } = projectOf(context);
  const candidates = [
    { file: join(root, 'project.json'), keys: ['targets', target] },
    { file: join(root, 'package.json'), keys: ['nx', 'targets', target] },
    { file: 'nx.json', keys: ['targetDefaults', target] },
    { file: 'nx.json', keys: ['targetDefaults', executor] },
  ];
  for (const { file, keys } of candidates) {
    const found = at(await readJson(join(workspaceRoot, file)), keys);
    if (!isRecord(found)) continue;
    for (const [where, options] of optionsIn(found)) {
      if (isRecord(options) && option in options) return `${file}: ${[...keys, ...where].join('.')}`;
    }
  }
  return `${candidates[0]!.file}: targets.${target}.options`;
}

/** Those of the configurations come last. */
function optionsIn(target: Record<string, unknown>): [string[], unknown][] {
  const { options, configurations } = target;
  const configured = isRecord(configurations) ? Object.entries(configurations) : [];
  return [
    [['options'], options],
    ...configured.map(([name, some]): [string[], unknown] => [['configurations', name], some]),
  ];
}

function at(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);
}

/** Nothing where there is no such file; Nx has read it already if there is. */
async function readJson(path: string): Promise<unknown> {
  try {
    return parseJson<object>(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
