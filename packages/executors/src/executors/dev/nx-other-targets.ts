import { relative, sep } from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { NxKubeError } from '@nx-kube/cluster';
import { escapeFolders, escapeGlob } from '../../format/escape-glob.js';
import type { FileInputs } from '../../loop/plan/stale-targets.js';
import type { OtherTargetOptions } from '../../loop/targets/other.js';
import { projectOf, workspacePath } from '../../nx/project.js';
import { siblingOptions } from '../../nx/sibling-target.js';
import { targetInputs } from '../../nx/target-inputs.js';
import { suggestion } from '../../settings/nearest.js';
import type { DevOptions } from './schema.js';

export interface OtherTargets {
  others: OtherTargetOptions[];
  waitsFor: Map<string, string[]>;
  inputs: [target: string, inputs: FileInputs][];
}

const none = { flux: [], secrets: [], before: '' };

/**
 * The targets that are part of the loop beside its own, from the option `targets` and their configuration. Of the
 * composed ones it only says what waits for them: Flux comes first, then Secrets, then what uses both.
 *
 * @param own names of the loop's own targets
 * @param composed names of those that make Secrets or install Flux
 * @throws NxKubeError (configuration) for an unknown target, and for targets that wait for each other
 */
export function otherTargets(
  { targets = {} }: Pick<DevOptions, 'targets'>,
  context: ExecutorContext,
  own: readonly string[],
  composed: { flux: readonly string[]; secrets: readonly string[]; before: string } = none,
): OtherTargets {
  const project = projectOf(context);
  const { flux, secrets, before: users } = composed;
  const names = [...Object.keys(targets), ...own, ...flux, ...secrets];
  const waitsFor = new Map<string, string[]>();
  const wait = (target: string, other: string) => waitsFor.set(target, [...(waitsFor.get(target) ?? []), other]);
  for (const [target, { dependsOn = [], before = [] }] of Object.entries(targets)) {
    requireKnown(`targets.${target}.dependsOn`, dependsOn, names);
    requireKnown(`targets.${target}.before`, before, names);
    dependsOn.forEach((other) => wait(target, other));
    before.forEach((other) => wait(other, target));
  }
  [...flux, ...secrets].forEach((target) => wait(users, target));
  secrets.forEach((target) => flux.forEach((other) => wait(target, other)));
  requireNoCircle(waitsFor, own);

  const made = Object.keys(targets).filter((target) => ![...flux, ...secrets].includes(target));
  const others = made.map((target): OtherTargetOptions => {
    const options = siblingOptions<Record<string, unknown>>(context, 'targets', target);
    const { outputs = [] } = context.projectsConfigurations.projects[project.name]!.targets![target]!;
    return {
      target,
      outputs: outputs.flatMap((output) => outputPath(output, options, (path) => workspacePath(project, path))),
    };
  });
  const inputs = others.map(({ target, outputs }): [string, FileInputs] => {
    const { include, exclude } = targetInputs(project.name, target, context.projectGraph, context.nxJsonConfiguration);
    // What a target writes must not make it run again.
    const written = outputs.map((path) =>
      relative(escapeGlob(project.workspaceRoot), escapeFolders(path)).split(sep).join('/'),
    );
    return [target, { include, exclude: [...exclude, ...written.flatMap((path) => [path, `${path}/**`])] }];
  });
  return { others, waitsFor, inputs };
}

/** `{options.path}` stands for an option, which may not be set. */
function outputPath(
  output: NonNullable<TargetConfiguration['outputs']>[number],
  options: Record<string, unknown>,
  absolute: (path: string) => string,
): string[] {
  if (output.startsWith('!')) return [];
  const [, option, rest = ''] = /^\{options\.([^}]+)\}(.*)$/.exec(output) ?? [];
  if (!option) return [absolute(output.replace(/^\{workspaceRoot\}\/?/, ''))];
  const value = options[option];
  return [value ?? []].flat().map((path) => absolute(`${String(path)}${rest}`));
}

function requireKnown(field: string, wanted: readonly string[], names: readonly string[]): void {
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new NxKubeError('configuration', `${field}: the loop has no target "${unknown}"`, {
    next: suggestion(unknown, names),
  });
}

/**
 * The loop's own targets count as one: the binary waits for the manifests, those for the image, and the image for the
 * binary.
 */
function requireNoCircle(targets: ReadonlyMap<string, readonly string[]>, own: readonly string[]): void {
  const all = own.join(' and ');
  const node = (target: string) => (own.includes(target) ? all : target);
  const waitsFor = new Map<string, string[]>();
  for (const [target, others] of targets) {
    waitsFor.set(node(target), [...(waitsFor.get(node(target)) ?? []), ...others.map(node)]);
  }
  const visit = (target: string, path: readonly string[]): void => {
    if (path.includes(target)) {
      const circle = [...path.slice(path.indexOf(target)), target].join(' → ');
      throw new NxKubeError('configuration', `targets: ${circle} wait for each other`, {
        next: 'Remove one of their "dependsOn" or "before".',
      });
    }
    waitsFor.get(target)?.forEach((other) => visit(other, [...path, target]));
  };
  for (const target of waitsFor.keys()) visit(target, []);
}
