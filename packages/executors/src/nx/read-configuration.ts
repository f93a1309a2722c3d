import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseJson, type ExecutorContext, type NxJsonConfiguration, type ProjectGraph } from '@nx/devkit';
import { NxKubeError } from '@nx-kube/cluster';
import { runCommand } from '../process/run.js';
import { withTemporaryFolder } from '../process/temporary.js';
import { nxBin } from './nx-bin.js';
import { nestedEnvironment } from './nx-cli-runner.js';
import { projectOf } from './project.js';
import { configuredOptions } from './sibling-target.js';
import { givenByHand } from './with-settings.js';

/** A target that runs: its options and its context. */
export interface GivenTarget<Options> {
  options: Options;
  context: ExecutorContext;
}

/**
 * Reads the configuration of a running target from Nx again, by the public command `nx graph`. Options of the command
 * line stay.
 *
 * @throws NxKubeError (configuration) where Nx cannot make its project graph, or has no such target any more
 */
export async function readConfiguration<Options extends object>(
  { options, context }: GivenTarget<Options>,
  signal?: AbortSignal,
): Promise<GivenTarget<Options>> {
  const { name, workspaceRoot } = projectOf(context);
  const graph = await projectGraph(workspaceRoot, signal);
  const nxJson = parseJson<NxJsonConfiguration>(await readFile(join(workspaceRoot, 'nx.json'), 'utf8'));
  const projects = Object.fromEntries(Object.entries(graph.nodes).map(([node, { data }]) => [node, data]));
  const target = context.targetName ?? '';
  if (!projects[name]?.targets?.[target]) {
    throw new NxKubeError('configuration', `Nx has no target ${name}:${target} any more.`, {
      next: 'Undo the change, or stop the loop and start it under its new name.',
    });
  }
  const after: ExecutorContext = {
    ...context,
    projectGraph: { ...context.projectGraph, ...graph },
    nxJsonConfiguration: nxJson,
    projectsConfigurations: { ...context.projectsConfigurations, projects },
  };
  return { options: changedOptions(options, context, after), context: after };
}

/** Changes the options that differ in the configuration, except those of the command line. */
function changedOptions<Options extends object>(options: Options, before: ExecutorContext, after: ExecutorContext) {
  const configured = (context: ExecutorContext) => {
    const { targets = {} } = context.projectsConfigurations.projects[projectOf(context).name]!;
    return configuredOptions<Record<string, unknown>>(targets[context.targetName ?? '']!, context.configurationName);
  };
  const [was, is] = [configured(before), configured(after)];
  const byHand = givenByHand(options, before);
  const changed: Record<string, unknown> = { ...(options as Record<string, unknown>) };
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    if (isDeepStrictEqual(was[key], is[key]) || key in byHand) continue;
    // Without a value the option has its default again.
    if (is[key] === undefined) delete changed[key];
    else changed[key] = is[key];
  }
  return changed as Options;
}

async function projectGraph(workspaceRoot: string, signal?: AbortSignal): Promise<ProjectGraph> {
  return await withTemporaryFolder('graph', async (folder) => {
    const file = join(folder, 'graph.json');
    // Without the daemon, which may not have seen the edit yet.
    const env = { ...nestedEnvironment(), NX_DAEMON: 'false' };
    const run = await runCommand(process.execPath, [nxBin(workspaceRoot), 'graph', `--file=${file}`], {
      ...{ cwd: workspaceRoot, env, signal },
    });
    signal?.throwIfAborted();
    const problem = graphProblem(run.stdout + run.stderr);
    if (run.exitCode !== 0 || problem !== undefined) {
      throw new NxKubeError('configuration', `Nx cannot make its project graph: ${problem ?? run.stderr.trim()}`, {
        next: 'Fix what it says; until then the loop goes on with the configuration that it has.',
      });
    }
    return (JSON.parse(await readFile(file, 'utf8')) as { graph: ProjectGraph }).graph;
  });
}

/** The message of Nx about files that it cannot read; it ends with success all the same. Pure. */
export function graphProblem(output: string): string | undefined {
  const start = /^ *NX +(?=.*(?:error occurred|errors occurred|Failed to process))/im.exec(output);
  if (!start) return undefined;
  const lines = output.slice(start.index + start[0].length).split('\n');
  const end = lines.findIndex((line, i) => i > 0 && (/^\s+at |^ *NX /.test(line) || /^ - /.test(line)));
  return lines
    .slice(0, end < 0 ? 8 : end)
    .filter((line) => line.trim())
    .join('\n')
    .trim();
}
