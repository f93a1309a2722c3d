import type { ExecutorContext } from '@nx/devkit';
import { projectOf } from '../../nx/project.js';
import type { WorkloadChoice } from '../../workload/find.js';
import { filledSiblingOptions } from '../nx-options.js';

/**
 * The choice of the workload that a target makes the image for; undefined if it needs no workload, because a Dockerfile
 * or the option `binaryPath` says where the binary is.
 *
 * @throws NxKubeError (configuration) when the project has no such target
 */
export function imageFor(context: ExecutorContext, target: string): WorkloadChoice | undefined {
  const options = filledSiblingOptions(context, 'image-build', target);
  if (options.dockerfile || options.binaryPath) return undefined;
  const { workload, container } = options;
  return { workload, container, project: projectOf(context).name };
}
