import type { ExecutorContext } from '@nx/devkit';
import { askLoop } from '../control/client.js';
import type { ControlRequest } from '../control/messages.js';
import { socketPath } from '../control/socket-path.js';
import { statusTable } from '../control/status-table.js';
import { print } from './print.js';
import { projectOf } from './project.js';
import { runExecutor } from './run-executor.js';

/** Asks the loop of the project that a target runs for, and prints how it stands afterwards. */
export function control(
  request: ControlRequest,
  { output }: { output?: 'text' | 'json' },
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runExecutor(async () => {
    const { name, workspaceRoot } = projectOf(context);
    const status = await askLoop(await socketPath(workspaceRoot, name), name, request);
    print(output === 'json' ? JSON.stringify(status) : statusTable(status));
    return true;
  });
}
