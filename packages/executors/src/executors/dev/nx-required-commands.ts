import type { ExecutorContext } from '@nx/devkit';
import { siblingOptions } from '../../nx/sibling-target.js';
import { needsOf, type Need } from '../../requirements/needs.js';
import { fluxTargets } from '../flux/nx-flux-targets.js';
import type { GoBuildOptions } from '../go-build/schema.js';
import type { ImageBuildOptions } from '../image-build/schema.js';
import type { KustomizeApplyOptions } from '../kustomize-apply/schema.js';
import type { KustomizeBuildOptions } from '../kustomize-build/schema.js';
import type { DevOptions } from './schema.js';

/** The outside commands that the loop's targets need, by their options. */
export function requiredCommands(
  names: Pick<DevOptions, 'goBuild' | 'kustomizeBuild' | 'imageBuild' | 'kustomizeApply'>,
  context: ExecutorContext,
): Need[] {
  const {
    goBuild = 'go-build',
    kustomizeBuild = 'kustomize-build',
    imageBuild = 'image-build',
    kustomizeApply = 'kustomize-apply',
  } = names;
  siblingOptions<GoBuildOptions>(context, 'goBuild', goBuild);
  return needsOf({
    goBuild: { target: goBuild },
    kustomizeBuild: {
      target: kustomizeBuild,
      ...siblingOptions<KustomizeBuildOptions>(context, 'kustomizeBuild', kustomizeBuild),
    },
    imageBuild: { ...siblingOptions<ImageBuildOptions>(context, 'imageBuild', imageBuild), target: imageBuild },
    kustomizeApply: {
      target: kustomizeApply,
      ...siblingOptions<KustomizeApplyOptions>(context, 'kustomizeApply', kustomizeApply),
    },
    flux: fluxTargets(context),
  });
}
