import { setMaxListeners } from 'node:events';
import type { ExecutorContext } from '@nx/devkit';
import { connect, explain, nodePlatforms, type Cluster } from '@nx-kube/cluster';
import { clusterOptions, deployOptions } from '../../nx/deploy-target.js';
import { printError } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { stopSignals } from '../../nx/run-executor.js';
import { siblingOptions } from '../../nx/sibling-target.js';
import { nxCliRunner } from '../../nx/nx-cli-runner.js';
import { withSettings } from '../../nx/with-settings.js';
import type { ControlRequest } from '../../control/messages.js';
import { serveControl } from '../../control/server.js';
import { socketPath } from '../../control/socket-path.js';
import { StatusReader } from '../../control/status.js';
import { endDebug } from '../../debug/end-debug.js';
import { checkPortsAreFree } from '../../forwards/forwards.js';
import type { Emit } from '../../loop/events.js';
import { runLoop, runOnce, type LoopParts } from '../../loop/loop.js';
import { jsonReporter } from '../../report/json.js';
import { terminalReporter } from '../../report/terminal.js';
import { checkCommands } from '../../tools/check-commands.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import { checkDebugOption, withDebug } from './nx-debug.js';
import { loopOptions } from './nx-loop-options.js';
import { requiredCommands } from './nx-required-commands.js';
import type { DevOptions } from './schema.js';

const oneCtrlCMs = 500;

export default withSettings(dev);

async function dev(options: DevOptions, context: ExecutorContext): Promise<{ success: boolean }> {
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
    if (!once) await checkPortsAreFree(options.portForwards ?? []);
    await checkDebugOption(options);
    await checkCommands(requiredCommands(options, context), { ...deploy, signal: stop.signal });
    cluster = await connect(clusterOptions(options, apply));
    emit({
      type: 'start',
      project: project.name,
      context: cluster.context,
      server: cluster.server,
      leaves: once
        ? 'Brings everything up, waits until it is healthy, and leaves it running in the cluster.'
        : `Ctrl-C ends the loop${options.debug ? ' and debugging,' : ''} and leaves everything running in the cluster; nx run ${project.name}:down removes it.`,
    });
    const [platform] = await nodePlatforms(cluster, { signal: stop.signal });
    const { targets = {} } = context.projectsConfigurations.projects[project.name]!;
    const { configurationName = '' } = context;
    const configurationOf = (target: string) =>
      targets[target]?.configurations?.[configurationName] && configurationName;
    const runner = nxCliRunner(project.workspaceRoot, project.name, configurationOf);
    const loop = await withDebug(loopOptions(options, context, deploy, platform), options, context, {
      runner,
      signal: stop.signal,
    });
    let applied = false;
    const parts: LoopParts = {
      cluster,
      runner,
      emit: (event) => {
        if (event.type === 'applied') applied = true;
        emit(event);
      },
      signal: stop.signal,
      control: async (gate, obey) => {
        const answer = (request: ControlRequest) => {
          obey(request);
          return status.status(gate);
        };
        await serveControl(await socketPath(project.workspaceRoot, project.name), answer, stop.signal);
      },
    };
    await (once ? runOnce(loop, parts) : runLoop(loop, parts));
    if (loop.deploy.debug && applied) await endDebug(cluster, loop.deploy, emit);
    return { success: true };
  } catch (error) {
    if (stop.signal.aborted) return { success: true };
    printError(explain(error));
    return { success: false };
  } finally {
    // What a one-shot run has open, it does not need any more.
    stop.abort();
    terminal?.end();
    await cluster?.close();
    for (const name of stopSignals) process.off(name, onSignal);
  }
}
