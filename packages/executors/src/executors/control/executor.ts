import type { ExecutorContext } from '@nx/devkit';
import { askLoop } from '../../control/client.js';
import type { ControlRequest } from '../../control/messages.js';
import { socketPath } from '../../control/socket-path.js';
import { statusTable } from '../../control/status-table.js';
import { print } from '../../nx/print.js';
import { projectOf } from '../../nx/project.js';
import { runExecutor } from '../../nx/run-executor.js';
import type { Executor } from '../../nx/with-settings.js';
import type { PauseOptions } from './pause/schema.js';
import type { ResumeOptions } from './resume/schema.js';
import type { StatusOptions } from './status/schema.js';
import type { TriggerOptions } from './trigger/schema.js';

// The executors that send a command to the running loop of the project. executors.json names each by its export.

export const pause = command<PauseOptions>(({ targets }) => ({ verb: 'pause', targets: orAll(targets) }));

export const resume = command<ResumeOptions>(({ targets }) => ({ verb: 'resume', targets: orAll(targets) }));

export const trigger = command<TriggerOptions>(({ targets }) => ({ verb: 'trigger', targets }));

export const status = command<StatusOptions>(() => ({ verb: 'status' }));

/** The executor that sends a request to the loop and prints the loop's status afterwards. */
function command<Options extends StatusOptions>(requestOf: (options: Options) => ControlRequest): Executor<Options> {
  return (options: Options, context: ExecutorContext) =>
    runExecutor(async () => {
      const { name, workspaceRoot } = projectOf(context);
      const answer = await askLoop(await socketPath(workspaceRoot, name), name, requestOf(options));
      print(options.output === 'json' ? JSON.stringify(answer) : statusTable(answer));
      return true;
    });
}

/** No targets stand for all of them. */
function orAll(targets: string[] | undefined): string[] | undefined {
  return targets?.length ? targets : undefined;
}
