import { relative, sep } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import type { Cluster, Platform } from '@nx-kube/cluster';
import type { ContentOptions } from '../../deploy/content.js';
import { escapeGlob } from '../../format/escape-glob.js';
import type { LoopOptions } from '../../loop/options.js';
import type { FileInputs } from '../../loop/plan/stale-targets.js';
import { notCachedTargets } from '../../nx/not-cached.js';
import { projectOf } from '../../nx/project.js';
import { targetInputs } from '../../nx/target-inputs.js';
import { componentFiles, componentReads } from '../../sources/components.js';
import { sourceFiles } from '../../sources/sources.js';
import { normalize as normalizeGoBuild } from '../go-build/executor.js';
import { imageFor } from '../image-build/nx-image-for.js';
import { normalize as normalizeKustomizeBuild } from '../kustomize-build/executor.js';
import { filledSiblingOptions } from '../nx-options.js';
import { composedTargets } from './nx-composed-targets.js';
import { otherTargets } from './nx-other-targets.js';
import type { FilledDevOptions } from './schema.js';

/**
 * The loop of a project, from the options and inputs of the targets it composes.
 *
 * @param cluster where it works
 * @param platform what most nodes of the cluster run; the binary is built for it unless the target says otherwise
 */
export function loopOptions(
  options: FilledDevOptions,
  context: ExecutorContext,
  deploy: ContentOptions,
  cluster: Pick<Cluster, 'namespace'>,
  platform: Platform | undefined,
): LoopOptions {
  const project = projectOf(context);
  const targets = {
    goBuild: options.goBuild,
    kustomizeBuild: options.kustomizeBuild,
    imageBuild: options.imageBuild,
  };
  const goBuild = filledSiblingOptions(context, 'go-build', targets.goBuild);
  const kustomizeBuild = filledSiblingOptions(context, 'kustomize-build', targets.kustomizeBuild);

  const goarch = goBuild.goarch ?? platform?.architecture;
  const build = normalizeGoBuild({ ...goBuild, goarch }, context);
  const inputs = new Map<string, FileInputs>(
    Object.values(targets).map((target) => [
      target,
      targetInputs(project.name, target, context.projectGraph, context.nxJsonConfiguration),
    ]),
  );
  const { secrets, flux } = composedTargets(context, cluster);
  const {
    others,
    waitsFor,
    inputs: more,
  } = otherTargets(options, context, Object.values(targets), {
    flux: flux.map(({ target }) => target),
    secrets: secrets.map(({ target }) => target),
    before: targets.kustomizeBuild,
  });
  more.forEach(([target, files]) => inputs.set(target, files));
  const manifestFiles = inputs.get(targets.kustomizeBuild)!;
  inputs.set(targets.kustomizeBuild, withSources(manifestFiles, deploy, project.workspaceRoot));
  return {
    workspaceRoot: project.workspaceRoot,
    deploy: { ...deploy, binary: build.output },
    targets,
    ...{ secrets, flux, others, waitsFor, inputs },
    notCached: notCachedTargets(project.name, Object.values(targets), context.projectGraph),
    goBuild: build,
    imageFor: imageFor(context, targets.imageBuild),
    kustomization: normalizeKustomizeBuild(kustomizeBuild, context),
    // Also where it is this machine's: GOARCH may be set to another in the environment.
    env: goarch ? { GOARCH: goarch } : {},
    graceMs: options.gracePeriod * 1000,
    portForwards: options.portForwards,
    logs: options.logs,
    releaseLease: options.releaseLease,
    modes: options.triggerModes,
    timeoutMs: options.timeout * 1000,
  };
}

/** Adds the files of other sources of objects. Options name them, so they count also where git ignores them. */
function withSources(
  { include, exclude, always = [] }: FileInputs,
  { transform, sources = {}, components = [] }: ContentOptions,
  workspaceRoot: string,
): FileInputs {
  const relativeTo = (globs: string[]) =>
    globs.map((glob) => relative(escapeGlob(workspaceRoot), glob).split(sep).join('/'));
  const named = [
    ...(transform ? [escapeGlob(transform)] : []),
    ...sourceFiles(sources),
    ...components.flatMap((component) => componentReads(component, workspaceRoot)),
  ];
  const folders = components.flatMap((component) => componentFiles(component, workspaceRoot));
  return {
    include: [...include, ...relativeTo([...named, ...folders])],
    exclude,
    always: [...always, { include: relativeTo(named), exclude: [] }],
  };
}
