import type { TaskRunner } from '../loop/targets/task-runner.js';
import { runCommand } from '../process/run.js';
import { inLoop } from './not-cached.js';
import { nxBin } from './nx-bin.js';
import { taskLines, taskOutput } from './task-lines.js';

/** Variables that Nx sets for the task it runs. A nested run would mistake them for its own. */
const ofThisTask =
  /^(NX_TASK_|NX_CLI_SET$|NX_TERMINAL_OUTPUT_PATH$|NX_STREAM_OUTPUT$|NX_FORKED_TASK_EXECUTOR$|NX_PREFIX_OUTPUT$|NX_TUI|LERNA_)/;

/**
 * Runs targets by the public command `nx run`.
 *
 * @param configurationOf the configuration to run a target in. Nx refuses a configuration that the target lacks.
 */
export function nxCliRunner(
  workspaceRoot: string,
  project: string,
  configurationOf: (target: string) => string | undefined = () => undefined,
): TaskRunner {
  const nx = nxBin(workspaceRoot);
  const clean = nestedEnvironment();
  return {
    async run(target, { env, signal, onOutput }) {
      const configuration = configurationOf(target);
      const name = [project, target, ...(configuration ? [configuration] : [])].join(':');
      const args = [nx, 'run', name, '--outputStyle=stream'];
      const { exitCode, stdout, stderr } = await runCommand(process.execPath, args, {
        cwd: workspaceRoot,
        env: { ...clean, ...env },
        signal,
        onLine: onOutput && onOwnLine(project, onOutput),
      });
      return { ok: exitCode === 0, output: taskOutput(project, [stdout, stderr]) };
    },
  };
}

/** The environment of an Nx that runs inside a task of another Nx. */
export function nestedEnvironment(): Record<string, string | undefined> {
  const inherited = Object.keys(process.env).filter((name) => ofThisTask.test(name));
  return {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    NX_TUI: 'false',
    FORCE_COLOR: '0',
    NX_SKIP_LOG_GROUPING: 'true',
    [inLoop]: '1',
  };
}

/** Passes on the lines of tasks that say something. */
function onOwnLine(project: string, onOutput: (line: string) => void): (line: string) => void {
  const ownOf = taskLines(project);
  return (line) => {
    const own = ownOf(line);
    if (own?.trim()) onOutput(own);
  };
}
