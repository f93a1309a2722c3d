import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { explain } from '@nx-kube/cluster';
import { layOver } from '../settings/lay-over.js';
import { inTheSettings, loadSettings } from '../settings/load.js';
import { distinct, requireNoMistakes, type Mistake } from '../settings/mistake.js';
import { flushOutput, printError } from './print.js';
import { projectOf } from './project.js';
import { configuredOptions } from './sibling-target.js';
import { requireValidSiblings } from './valid-siblings.js';

export type Executor<Options> = (options: Options, context: ExecutorContext) => Promise<{ success: boolean }>;

/**
 * The executor with the developer's settings laid over its options. For executors that are never cached, whose schema
 * says `"x-settings": true`: Nx does not see the settings, so what it caches must not depend on them.
 */
export function withSettings<Options extends object>(executor: Executor<Options>): Executor<Options> {
  return async (options, context) => {
    let settled: Settled<Options>;
    try {
      settled = await settle(options, context);
    } catch (error) {
      printError(explain(error));
      await flushOutput();
      return { success: false };
    }
    return await executor(settled.options, settled.context);
  };
}

export interface Settled<Options> {
  options: Options;
  /** With the settings laid over the options of all targets of the project, where `siblingOptions` finds them. */
  context: ExecutorContext;
}

/**
 * Lays the developer's settings over the options of the target that runs, and of its siblings. What was given on the
 * command line beats both.
 *
 * @throws NxKubeError (configuration) naming every mistake in the settings files, or in the options of siblings that it
 *   reads
 */
export async function settle<Options extends object>(
  options: Options,
  context: ExecutorContext,
): Promise<Settled<Options>> {
  const settled = await withSettingsLaidOver(options, context);
  await requireValidSiblings(settled.options, settled.context);
  return settled;
}

async function withSettingsLaidOver<Options extends object>(
  options: Options,
  context: ExecutorContext,
): Promise<Settled<Options>> {
  const { name, root: projectRoot, workspaceRoot } = projectOf(context);
  const { projectsConfigurations, configurationName, targetName = '' } = context;
  const { [name]: project, ...others } = projectsConfigurations.projects;
  const { targets = {} } = project!;
  const layers = await loadSettings({
    ...{ workspaceRoot, projectRoot, targets },
    others: Object.values(others).map((other) => other.targets ?? {}),
  });
  if (layers.every(({ settings }) => Object.keys(settings).length === 0)) return { options, context };

  const mistakes: Mistake[] = [];
  const settled: Record<string, TargetConfiguration> = {};
  for (const [target, configuration] of Object.entries(targets)) {
    const { executor } = configuration;
    const before = configuredOptions(configuration, configurationName);
    const whole = await layOver({ target, executor, options: before }, layers, mistakes);
    settled[target] = whole === before ? configuration : { ...configuration, ...alreadyIn(whole, configuration) };
  }
  const { executor } = targets[targetName] ?? {};
  const own = await layOver({ target: targetName, executor, options }, layers, mistakes);
  requireNoMistakes(distinct(mistakes), inTheSettings);
  const projects = { ...projectsConfigurations.projects, [name]: { ...project!, targets: settled } };
  return {
    options: { ...own, ...givenByHand(options, context) },
    context: { ...context, projectsConfigurations: { ...projectsConfigurations, projects } },
  };
}

/** The options now hold the running configuration, so it must not be laid over them again. Its name must stay known. */
function alreadyIn(options: object, { configurations = {} }: TargetConfiguration): Partial<TargetConfiguration> {
  return { options, configurations: Object.fromEntries(Object.keys(configurations).map((name) => [name, {}])) };
}

/** The options given on the command line of this run. */
export function givenByHand<Options extends object>(options: Options, context: ExecutorContext): Partial<Options> {
  const { projectName, targetName, configurationName, taskGraph } = context;
  const id = [projectName, targetName, ...(configurationName ? [configurationName] : [])].join(':');
  const overrides: unknown = taskGraph?.tasks[id]?.overrides ?? {};
  const names = new Set(Object.keys(overrides as object).map(camelCase));
  return Object.fromEntries(Object.entries(options).filter(([key]) => names.has(key))) as Partial<Options>;
}

function camelCase(flag: string): string {
  return flag.replace(/-+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
