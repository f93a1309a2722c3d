import { goArguments, goEnvironment, type GoBuild } from '@nx-kube/executors/go/arguments.js';
import { execa } from 'execa';
import { save, type Edit } from '../edits/edit.js';
import { NxKubeError } from '@nx-kube/cluster';
import type { Workspace } from '@nx-kube/testing/e2e/workspace.js';

/** The build that the project's go-build target does, for a copy of the workspace. Reads the options from Nx. */
export async function goBuildOf(workspace: Workspace, project: string, goarch: string | undefined): Promise<GoBuild> {
  const shown = await workspace.nx(['show', 'project', project, '--json']);
  if (shown.exitCode !== 0) throw new NxKubeError('bug', `nx show project ${project} failed:\n${shown.all}`);
  const text = shown.stdout as unknown as string;
  const { targets } = JSON.parse(text.slice(text.indexOf('{'))) as {
    targets: Record<string, { options?: Partial<GoBuild> }>;
  };
  return { goarch, ...targets['go-build']!.options, ...at(workspace, project) };
}

/** The same build in another copy of the workspace. Pure. */
export function buildAt(build: GoBuild, workspace: Workspace, project: string): GoBuild {
  return { ...build, ...at(workspace, project) };
}

function at(workspace: Workspace, project: string): Pick<GoBuild, 'directory' | 'output'> {
  return { directory: workspace.path(project), output: workspace.path(project, 'bin/manager') };
}

/** The arguments of a build as people write it where no tool chooses flags: what the linker does by default. Pure. */
export function plainArguments({ output, main = '.', tags }: GoBuild): string[] {
  return ['build', '-o', output, ...(tags?.length ? [`-tags=${tags.join(',')}`] : []), '--', main];
}

/**
 * Builds, in a copy of the workspace that nothing else builds in: what has been compiled for another copy lies under other
 * paths, so each compiles the edited packages itself.
 *
 * @param args of go; default: the ones that the loop builds with
 * @returns how long it took, in ms
 */
export async function build(goBuild: GoBuild, signal: AbortSignal, args = goArguments(goBuild)): Promise<number> {
  const started = performance.now();
  await execa('go', args, {
    cwd: goBuild.directory,
    env: goEnvironment(goBuild, process.env),
    cancelSignal: signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return performance.now() - started;
}

/** Saves an edit and builds as the loop does, and nothing more. */
export function measureBareBuild(
  workspace: Workspace,
  goBuild: GoBuild,
  edit: Edit,
  signal: AbortSignal,
): Promise<number> {
  save(workspace, edit);
  return build(goBuild, signal);
}
