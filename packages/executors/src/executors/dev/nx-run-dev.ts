import type { Cluster } from '@nx-kube/cluster';
import { StatusReader } from '../../control/status.js';
import type { ContentOptions } from '../../deploy/content.js';
import { endDebug } from '../../deploy/end-debug.js';
import { lookAround } from '../../deploy/few-rights.js';
import type { Emit, LoopEvent } from '../../events/events.js';
import { requireFreePorts } from '../../forwards/forwards.js';
import { runLoop } from '../../loop/loop.js';
import { runOnce } from '../../loop/once.js';
import type { LoopOptions, LoopParts } from '../../loop/options.js';
import type { TaskRunner } from '../../loop/targets/task-runner.js';
import { nxCliRunner } from '../../nx/nx-cli-runner.js';
import { projectOf } from '../../nx/project.js';
import { jsonReporter } from '../../report/json.js';
import { terminalReporter } from '../../report/terminal.js';
import { requireCommands } from '../../requirements/require-commands.js';
import { deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import { withCluster } from '../nx-cluster.js';
import { filledSiblingOptions } from '../nx-options.js';
import type { ControlSocket } from './control-socket.js';
import { nxConfiguration } from './nx-configuration.js';
import { requireDebugOption, withDebug } from './nx-debug.js';
import { loopOptions } from './nx-loop-options.js';
import { requiredCommands } from './nx-required-commands.js';
import { settingsFiles, type SettledDev } from './nx-settings-files.js';
import type { FilledDevOptions } from './schema.js';

export interface DevParts {
  /** Reads the settings files again. */
  settle: () => Promise<SettledDev>;
  /** Reads Nx's configuration again, which `settle` then starts from. */
  readAgain: () => Promise<void>;
  control: ControlSocket;
  signal: AbortSignal;
  /** False for a loop that takes another one's place: the ports that this process holds itself count as free. */
  isFirst: boolean;
}

/**
 * Runs the loop under one state of the settings.
 *
 * @returns the next state where the settings changed so that another loop must take this one's place, else undefined
 */
export async function runDev(settled: SettledDev, parts: DevParts): Promise<SettledDev | undefined> {
  const { options, context } = settled;
  const { control, signal, isFirst } = parts;
  const { reporter, end } = reporterFor(options);
  try {
    const project = projectOf(context);
    const deploy = deployOf(settled);
    if (!options.once) await control.open(project.workspaceRoot, project.name);
    if (isFirst && !options.once) await requireFreePorts(options.portForwards);
    if (isFirst) await requireDebugOption(options);
    // Connecting refuses a forbidden context, and makes no request yet.
    return await withCluster(options, context, async (cluster) => {
      await requireCommands(requiredCommands(options, context), { ...deploy, signal });
      const status = new StatusReader(project.name);
      const emit: Emit = (event) => {
        reporter(event);
        status.emit(event);
      };
      emit(startEvent(project.name, cluster, options));
      return await runInCluster(settled, parts, { cluster, emit, status });
    });
  } finally {
    end();
  }
}

async function runInCluster(
  settled: SettledDev,
  { settle, readAgain, control, signal, isFirst }: DevParts,
  { cluster, emit, status }: { cluster: Cluster; emit: Emit; status: StatusReader },
): Promise<SettledDev | undefined> {
  const runner = taskRunner(settled);
  const { goarch } = filledSiblingOptions(settled.context, 'go-build', settled.options.goBuild);
  const { platform, warning } = await lookAround(cluster, deployOf(settled), { goarch, signal });
  if (isFirst && warning) emit({ type: 'notice', target: settled.options.goBuild, message: warning });
  const loopOf = (state: SettledDev): Promise<LoopOptions> => {
    const loop = loopOptions(state.options, state.context, deployOf(state), cluster, platform);
    return withDebug(loop, state.options, state.context, { runner, signal });
  };
  const loop = await loopOf(settled);
  if (isFirst) loop.notCached?.forEach((message, target) => emit({ type: 'notice', target, message }));
  const settings = settingsFiles(settled, settle, loopOf);
  const configuration = nxConfiguration(settled.context, readAgain, settings);
  let applied = false;
  const parts: LoopParts = {
    ...{ cluster, runner, emit, signal, settings, configuration },
    onApplying: () => (applied = true),
    control: (gate, obey) => {
      control.answer = (request) => {
        if (request.verb !== 'status') obey(request);
        return status.status(gate);
      };
    },
  };
  const { once } = settled.options;
  if (once) await runOnce(loop, parts);
  const end = once ? 'stopped' : await runLoop(loop, parts);
  if (loop.deploy.debug && applied) await endDebug(cluster, loop.deploy, emit);
  return end === 'anew' ? settings.latest() : undefined;
}

function deployOf({ options, context }: SettledDev): ContentOptions {
  const { kustomizeApply: target } = options;
  return deployOptions(projectOf(context), target, filledSiblingOptions(context, 'kustomize-apply', target));
}

/** Runs targets in the configuration that dev itself runs in, where they have it. */
function taskRunner({ context }: SettledDev): TaskRunner {
  const { name, workspaceRoot } = projectOf(context);
  const { targets = {} } = context.projectsConfigurations.projects[name]!;
  const { configurationName = '' } = context;
  return nxCliRunner(
    workspaceRoot,
    name,
    (target) => targets[target]?.configurations?.[configurationName] && configurationName,
  );
}

/** What prints the events of the loop, and how to end it. */
function reporterFor(options: FilledDevOptions): { reporter: Emit; end: () => void } {
  const write = (text: string) => process.stdout.write(text);
  if (options.output === 'json') return { reporter: jsonReporter(write), end: () => {} };
  // A one-shot run follows no log.
  const logs = options.logs && !options.once;
  const { emit: reporter, end } = terminalReporter(write, { rawLogs: options.rawLogs, logs });
  return { reporter, end };
}

function startEvent(project: string, { context, server }: Cluster, { once, debug }: FilledDevOptions): LoopEvent {
  const leaves = once
    ? 'Brings everything up, waits until it is healthy, and leaves it running in the cluster.'
    : `Ctrl-C ends the loop${debug ? ' and debugging,' : ''} and leaves everything running in the cluster; nx run ${project}:down removes it.`;
  return { type: 'start', project, context, server, leaves };
}
