import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { readManifests } from '@nx-kube/executors/deploy/content.js';
import { goArguments } from '@nx-kube/executors/go/arguments.js';
import type { Edit } from '../edits/edit.js';
import { addResource, configMap, objectFile } from '../edits/manifests.js';
import type { Undo } from '../machine/undo.js';
import type { BenchOptions } from '../options.js';
import type { BenchParts } from '../parts.js';
import type { Measured, Sample } from '../report/sample.js';
import type { Measurements } from '../report/summary.js';
import { build, buildAt, goBuildOf, measureBareBuild } from './go-build.js';
import { LiveUpdateTrack } from './live-update-track.js';
import { LoopTrack } from './loop-track.js';
import { nodePlatforms } from '@nx-kube/cluster';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

/** One copy of the workspace per measurement, so that each compiles an edit itself. */
export interface Copies {
  loop: Workspace;
  bareBuild: Workspace;
  liveUpdate: Workspace;
}

/** All running measurements. */
export interface Tracks {
  measure: Record<Measured, (edit: Edit) => Promise<Partial<Sample>>>;
  /** Waits until nothing would disturb a measurement. */
  settle(signal: AbortSignal): Promise<void>;
  /** Returns additional measurements of the run, such as memory. */
  seen(): Omit<Measurements, 'samples'>;
  /** Arguments of the bare build. */
  goArguments: string[];
}

export function copies(project: string, undo: Undo): Copies {
  const copy = () => {
    const workspace = new Workspace([project]);
    undo.add(() => workspace.remove());
    return workspace;
  };
  return { loop: copy(), bareBuild: copy(), liveUpdate: copy() };
}

export async function startTracks(
  { project, kinds, liveUpdate: withLiveUpdate }: BenchOptions,
  workspaces: Copies,
  { cluster, signal, progress, undo }: BenchParts & { undo: Undo },
): Promise<Tracks> {
  if (kinds.includes('manifest')) addObject(workspaces.loop, project);
  const [platform = { os: 'linux', architecture: 'amd64' }] = await nodePlatforms(cluster, { signal });
  const loopBuild = await goBuildOf(workspaces.loop, project, platform.architecture);
  const bareBuild = buildAt(loopBuild, workspaces.bareBuild, project);
  progress(`Building ${project}. This takes some minutes with an empty cache.`);
  await build(bareBuild, signal);

  progress(`Bringing ${project} up.`);
  const loop = await LoopTrack.start(workspaces.loop, project, { cluster, signal });
  undo.add(() => loop.stop());
  let liveUpdate: LiveUpdateTrack | undefined;
  if (withLiveUpdate) {
    progress('Bringing a softened pod up for live updates.');
    const workspace = workspaces.liveUpdate;
    const goBuild = buildAt(loopBuild, workspace, project);
    const rendered = await readManifests(workspaces.loop.path('dist', project, 'manifests.yaml'));
    const track = await LiveUpdateTrack.start({ workspace, project, goBuild, platform, rendered, cluster, signal });
    undo.add(() => track.stop());
    liveUpdate = track;
  }
  return {
    measure: {
      loop: async (edit) => ({ loop: await loop.measure(edit, signal) }),
      'bare build': async (edit) => ({
        bareBuildMs: await measureBareBuild(workspaces.bareBuild, bareBuild, edit, signal),
      }),
      'live update': async (edit) => ({ liveUpdate: await liveUpdate!.measure(edit) }),
    },
    settle: (until) => loop.settle(until),
    seen: () => ({
      binaryBytes: statSync(bareBuild.output).size,
      loopMemory: loop.loopMemory,
      agentMemory: loop.agentMemory,
    }),
    goArguments: goArguments({ ...loopBuild, output: relative(workspaces.loop.root, loopBuild.output) }),
  };
}

/** Creates the object that manifest edits change. */
function addObject(workspace: Workspace, project: string): void {
  const folder = `${project}/config/default`;
  workspace.write(`${folder}/${objectFile}`, configMap(-1));
  const kustomization = `${folder}/kustomization.yaml`;
  workspace.write(kustomization, addResource(workspace.read(kustomization), objectFile));
}
