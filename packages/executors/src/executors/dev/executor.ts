import { setMaxListeners } from 'node:events';
import type { ExecutorContext } from '@nx/devkit';
import { connect, explain, nodePlatforms, NxKubeError, type Cluster } from '@nx-kube/cluster';
import type { ControlRequest, LoopStatus } from '../../control/messages.js';
import { serveControl } from '../../control/server.js';
import { socketPath } from '../../control/socket-path.js';
import { StatusReader } from '../../control/status.js';
import { endDebug } from '../../deploy/end-debug.js';
import type { Emit } from '../../events/events.js';
import { requireFreePorts } from '../../forwards/forwards.js';
import { runLoop, runOnce } from '../../loop/loop.js';
import type { LoopParts } from '../../loop/options.js';
import { nxCliRunner } from '../../nx/nx-cli-runner.js';
import { printError } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { stopSignals } from '../../nx/run-executor.js';
import { settingsChanges } from '../../nx/settings-changes.js';
import { siblingOptions } from '../../nx/sibling-target.js';
import { settle, type Settled } from '../../nx/with-settings.js';
import { jsonReporter } from '../../report/json.js';
import { terminalReporter } from '../../report/terminal.js';
import { requireCommands } from '../../requirements/require-commands.js';
import { settingsPaths } from '../../settings/load.js';
import { clusterOptions, deployOptions } from '../kustomize-apply/nx-deploy-target.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import { requireDebugOption, withDebug } from './nx-debug.js';
import { loopOptions } from './nx-loop-options.js';
import { requiredCommands } from './nx-required-commands.js';
import type { DevOptions } from './schema.js';

const oneCtrlCMs = 500;

type SettledDev = Settled<DevOptions>;

export default async function dev(given: DevOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const stop = new AbortController();
  // Every request, child and watch of the loop listens to it: their number is no sign of a leak.
  setMaxListeners(256);
  let first: number | undefined;
  const onSignal = () => {
    first ??= performance.now();
    // One Ctrl-C arrives as several signals, from the terminal and from Nx; one that comes later is a second Ctrl-C.
    if (performance.now() - first > oneCtrlCMs) process.exit(130);
    stop.abort();
  };
  for (const name of stopSignals) process.on(name, onSignal);
  const control = new Control(stop.signal);
  try {
    let settled: SettledDev | undefined = await settle(given, context);
    for (let round = 0; settled; round += 1) {
      const again = () => settle(given, context);
      settled = await runDev(settled, { again, control, stop, isFirst: round === 0 });
    }
    // What was to be brought up once is not up.
    return { success: !(stop.signal.aborted && given.once) };
  } catch (error) {
    if (!stop.signal.aborted) printError(explain(error));
    return { success: stop.signal.aborted && !given.once };
  } finally {
    // What a one-shot run has open, it does not need any more.
    stop.abort();
    for (const name of stopSignals) process.off(name, onSignal);
  }
}

interface DevParts {
  /** The options and context by the settings as they are now. */
  again: () => Promise<SettledDev>;
  control: Control;
  stop: AbortController;
  /** Not after settings have changed: what this process has open itself is not in its way. */
  isFirst: boolean;
}

/**
 * Runs the loop under one state of the settings.
 *
 * @returns the next state, where they changed so that another loop has to take its place
 */
async function runDev(
  settled: SettledDev,
  { again, control, stop, isFirst }: DevParts,
): Promise<SettledDev | undefined> {
  const { options, context } = settled;
  const { signal } = stop;
  const write = (text: string) => process.stdout.write(text);
  const terminal = options.output === 'json' ? undefined : terminalReporter(write, options);
  const reporter = terminal?.emit ?? jsonReporter(write);
  let cluster: Cluster | undefined;
  try {
    const project = projectOf(context);
    const { kustomizeApply = 'kustomize-apply', once = false } = options;
    const status = new StatusReader(project.name);
    const emit: Emit = (event) => {
      reporter(event);
      status.emit(event);
    };
    const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
    const deploy = deployOptions(project, apply);
    if (!once) await control.open(project.workspaceRoot, project.name);
    if (!once && isFirst) await requireFreePorts(options.portForwards ?? []);
    if (isFirst) await requireDebugOption(options);
    // Refuses a context that is not to be touched; nobody is asked anything yet.
    const connection = await connect(clusterOptions(options, apply));
    cluster = connection;
    await requireCommands(requiredCommands(options, context), { ...deploy, signal });
    emit({
      type: 'start',
      project: project.name,
      context: cluster.context,
      server: cluster.server,
      leaves: once
        ? 'Brings everything up, waits until it is healthy, and leaves it running in the cluster.'
        : `Ctrl-C ends the loop${options.debug ? ' and debugging,' : ''} and leaves everything running in the cluster; nx run ${project.name}:down removes it.`,
    });
    const [platform] = await nodePlatforms(cluster, { signal });
    const { targets = {} } = context.projectsConfigurations.projects[project.name]!;
    const { configurationName = '' } = context;
    const configurationOf = (target: string) =>
      targets[target]?.configurations?.[configurationName] && configurationName;
    const runner = nxCliRunner(project.workspaceRoot, project.name, configurationOf);
    const loopOf = ({ options, context }: SettledDev) => {
      const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
      const loop = loopOptions(options, context, deployOptions(project, apply), connection, platform);
      return withDebug(loop, options, context, { runner, signal });
    };
    const loop = await loopOf(settled);
    let current = settled;
    let next: SettledDev | undefined;
    let applied = false;
    const parts: LoopParts = {
      ...{ cluster, runner, emit, signal },
      onApplying: () => (applied = true),
      control: (gate, obey) => {
        control.answer = (request) => {
          if (request.verb !== 'status') obey(request);
          return status.status(gate);
        };
      },
      settings: {
        paths: settingsPaths({ workspaceRoot: project.workspaceRoot, projectRoot: project.root }),
        read: async () => {
          next = await again();
          const changed = settingsChanges(current.context, next.context);
          current = next;
          const anew = !sameConnection(settled, next, kustomizeApply);
          return { options: await loopOf(next), changed, anew };
        },
      },
    };
    if (once) await runOnce(loop, parts);
    const end = once ? 'stopped' : await runLoop(loop, parts);
    if (loop.deploy.debug && applied) await endDebug(cluster, loop.deploy, emit);
    return end === 'anew' ? next : undefined;
  } finally {
    terminal?.end();
    await cluster?.close();
  }
}

/** Whether the loop works in the same cluster, and speaks in the same way, under both. */
function sameConnection(before: SettledDev, after: SettledDev, kustomizeApply: string): boolean {
  const of = ({ options, context }: SettledDev) => {
    const apply = siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply);
    const { output, rawLogs } = options;
    return JSON.stringify([clusterOptions(options, apply), output, rawLogs]);
  };
  return of(before) === of(after);
}

/** Commands from other terminals: one socket for as long as this process runs, whichever loop it leads to. */
class Control {
  #isOpen = false;
  answer: (request: ControlRequest) => LoopStatus = () => {
    throw new NxKubeError('configuration', 'the loop is starting', { next: 'Try again in a moment.' });
  };

  constructor(private readonly signal: AbortSignal) {}

  /** @throws NxKubeError (configuration) where another loop of the project runs */
  async open(workspaceRoot: string, project: string): Promise<void> {
    if (this.#isOpen) return;
    await serveControl(await socketPath(workspaceRoot, project), (request) => this.answer(request), this.signal);
    this.#isOpen = true;
  }
}
