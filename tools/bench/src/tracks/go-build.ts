import { goArguments, goEnvironment, type GoBuild } from '@nx-kube/executors/go/arguments.js';
import { execa } from 'execa';
import { save, type Edit } from '../edits/edit.js';
import { NxKubeError } from '@nx-kube/cluster';
import type { Workspace } from '@nx-kube/testing/e2e/workspace.js';

/** Returns the build of the project's go-build target for a copy of the workspace. The options come from Nx. */
export async function goBuildOf(workspace: Workspace, project: string, goarch: string | undefined): Promise<GoBuild> {
  const shown = await workspace.nx(['show', 'project', project, '--json']);
  if (shown.exitCode !== 0) throw new NxKubeError('bug', `nx show project ${project} failed:\n${shown.all}`);
  const text = shown.stdout as unknown as string;
  const { targets } = JSON.parse(text.slice(text.indexOf('{'))) as {
    targets: Record<string, { options?: Partial<GoBuild> }>;
  };
  return { goarch, ...targets['go-build']!.options, ...at(workspace, project) };
}

/** Returns the same build for another copy of the workspace. Pure. */
export function buildAt(build: GoBuild, workspace: Workspace, project: string): GoBuild {
  return { ...build, ...at(workspace, project) };
}

function at(workspace: Workspace, project: string): Pick<GoBuild, 'directory' | 'output'> {
  return { directory: workspace.path(project), output: workspace.path(project, 'bin/manager') };
}

/** Returns the arguments of a hand-written build, with the linker's default flags. Pure. */
export function plainArguments({ output, main = '.', tags }: GoBuild): string[] {
  return ['build', '-o', output, ...(tags?.length ? [`-tags=${tags.join(',')}`] : []), '--', main];
}

/**
 * Builds in a copy of the workspace that nothing else builds in. Go caches compiled packages by path, so each copy
 * compiles the edited packages itself.
 *
 * @param args of go; default: the loop's arguments
 * @returns the duration (ms)
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

/** Saves an edit and runs the loop's build, and nothing else. */
export function measureBareBuild(
  workspace: Workspace,
  goBuild: GoBuild,
  edit: Edit,
  signal: AbortSignal,
): Promise<number> {
  save(workspace, edit);
  return build(goBuild, signal);
}
