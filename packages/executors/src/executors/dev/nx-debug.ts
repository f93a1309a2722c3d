import type { ExecutorContext } from '@nx/devkit';
import { NxKubeError } from '@nx-kube/cluster';
import { projectGoVersion, readDelveInfo } from '../../delve/build-delve.js';
import { requireGoVersion } from '../../delve/go-versions.js';
import { requireDebuggable } from '../../delve/require-debuggable.js';
import { portProblem } from '../../forwards/forwards.js';
import type { LoopOptions } from '../../loop/options.js';
import type { TaskRunner } from '../../loop/targets/task-runner.js';
import { projectOf } from '../../nx/project.js';
import { debugOption, type DebugOptions } from '../../workload/debug-options.js';
import { normalize } from '../delve-build/executor.js';
import { filledSiblingOptions } from '../nx-options.js';
import type { DevOptions, FilledDevOptions } from './schema.js';

/** What can be seen to be wrong with the option `debug` before anything is done. @throws NxKubeError (configuration) */
export async function requireDebugOption(options: DevOptions): Promise<void> {
  const debug = debugOption(options.debug);
  if (!debug) return;
  if (options.once) {
    throw new NxKubeError('configuration', '"once" and "debug" are both set', {
      next: 'Leave one out: what is brought up once is not held at breakpoints.',
    });
  }
  const problem = await portProblem(debug.port, '127.0.0.1');
  if (!problem) return;
  throw new NxKubeError('configuration', `debug: port ${debug.port} on 127.0.0.1 is ${problem}`, {
    next: 'Stop what uses it, or set debug.port to another port.',
  });
}

/**
 * The loop with debugging, where that is asked for: with a debugger that was built for the nodes' platform and knows
 * the project's Go.
 *
 * @throws NxKubeError (configuration) where the debugger cannot be built, or cannot debug what go-build makes
 */
export async function withDebug(
  loop: LoopOptions,
  options: FilledDevOptions,
  context: ExecutorContext,
  { runner, signal }: { runner: TaskRunner; signal: AbortSignal },
): Promise<LoopOptions> {
  const debug = debugOption(options.debug);
  if (!debug) return loop;
  requireDebuggable(loop.goBuild, loop.targets.goBuild);
  const delve = await builtDelve(loop, options, context, { runner, signal });
  const debugOptions: DebugOptions = { ...debug, delve };
  return {
    ...loop,
    deploy: { ...loop.deploy, debug: debugOptions },
    portForwards: [...loop.portForwards, { port: debug.port }],
  };
}

async function builtDelve(
  { env }: LoopOptions,
  options: FilledDevOptions,
  context: ExecutorContext,
  { runner, signal }: { runner: TaskRunner; signal: AbortSignal },
): Promise<string> {
  const target = options.delveBuild;
  const { output } = normalize(filledSiblingOptions(context, 'delve-build', target), context);
  const run = await runner.run(target, { env, signal });
  if (!run.ok) {
    throw new NxKubeError('configuration', `${target} failed:\n${run.output.trim()}`, {
      next: `Fix what it says; nx run ${projectOf(context).name}:${target} tries it alone.`,
    });
  }
  // It may come from a cache that another Go has filled.
  const { version, go } = await readDelveInfo(output);
  if (go) requireGoVersion(version, go, await projectGoVersion(projectOf(context).directory, signal));
  return output;
}
