import type { ExecutorContext } from '@nx/devkit';
import type { ImageFor } from '../../image/build/binary-path.js';
import { projectOf } from '../../nx/project.js';
import { filledSiblingOptions } from '../nx-options.js';

/**
 * The choice of the workload that a target makes the image for; undefined if it needs no workload, because a Dockerfile
 * or the option `binaryPath` says where the binary is.
 *
 * @throws NxKubeError (configuration) when the project has no such target
 */
export function imageFor(context: ExecutorContext, target: string): ImageFor | undefined {
  const options = filledSiblingOptions(context, 'image-build', target);
  if (options.dockerfile || options.binaryPath) return undefined;
  const { workload, container, baseImage } = options;
  return { workload, container, baseImage, project: projectOf(context).name };
}
