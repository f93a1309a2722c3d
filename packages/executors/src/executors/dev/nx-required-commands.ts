import type { ExecutorContext } from '@nx/devkit';
import { needsOf, type Need } from '../../requirements/needs.js';
import { fluxTargets } from '../flux/nx-flux-targets.js';
import { filledSiblingOptions } from '../nx-options.js';
import type { FilledDevOptions } from './schema.js';

type TargetNames = Pick<FilledDevOptions, 'goBuild' | 'kustomizeBuild' | 'imageBuild' | 'kustomizeApply'>;

/** The outside commands that the loop's targets need, by their options. */
export function requiredCommands(names: TargetNames, context: ExecutorContext): Need[] {
  const { goBuild, kustomizeBuild, imageBuild, kustomizeApply } = names;
  // Its options ask for no other command, but the target must exist.
  filledSiblingOptions(context, 'go-build', goBuild);
  return needsOf({
    goBuild: { target: goBuild },
    kustomizeBuild: { ...filledSiblingOptions(context, 'kustomize-build', kustomizeBuild), target: kustomizeBuild },
    imageBuild: { ...filledSiblingOptions(context, 'image-build', imageBuild), target: imageBuild },
    kustomizeApply: { ...filledSiblingOptions(context, 'kustomize-apply', kustomizeApply), target: kustomizeApply },
    flux: fluxTargets(context),
  });
}
