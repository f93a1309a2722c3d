import type { KubeObject } from '@nx-kube/cluster';
import type { DebugOptions } from './debug-options.js';
import { findWorkload, type WorkloadChoice } from './find.js';
import { imageName, replaceImage } from './image.js';
import { injectAgent } from './inject-agent.js';
import { applyPatches, type Patch } from './patches.js';
import type { Container } from './pod-template.js';
import { withProcess, type ImageProcess } from './process.js';
import { relaxForDebug } from './relax-for-debug.js';
import { applyTransform } from './transform.js';

export interface Preparation extends WorkloadChoice {
  /** The image to run, as pushed, and what its config says it starts. */
  image: ImageProcess & { reference: string };
  /** Reference of the agent's image; without one the workload runs as it was rendered. */
  agentImage?: string;
  patches?: Patch[];
  /** Absolute path of the user's transform module. */
  transform?: string;
  /** Debug the process; needs `agentImage`. */
  debug?: Pick<DebugOptions, 'port' | 'args'>;
}

export interface Prepared {
  /** What is to be applied. */
  objects: KubeObject[];
  /** The workload under development, as it is among `objects`. */
  workload: KubeObject;
  /** The container under development, as it was before the agent came in. */
  container: Container;
  /** What was changed so that the process can be held at breakpoints, a line each; empty unless it is debugged. */
  relaxed: string[];
}

/**
 * Rendered objects → the objects to apply. The user's patches and transform come first, so that they see what they know
 * from the repository: in particular a patch of `args` still reaches the process. Image and agent come last.
 *
 * @param source the file the objects come from, for messages
 * @throws NxKubeError (configuration, user-code) from any of the steps
 */
export async function prepare(rendered: KubeObject[], preparation: Preparation, source: string): Promise<Prepared> {
  const { image, agentImage, patches = [], transform, debug } = preparation;
  const patched = applyPatches(rendered, patches);
  const changed = transform ? await applyTransform(patched, transform) : patched;
  const { object, container } = findWorkload(changed, preparation, source);
  const withImage = container.image ? replaceImage(changed, imageName(container.image), image.reference) : changed;
  const at = changed.indexOf(object);
  if (!agentImage) return { objects: withImage, workload: withImage[at]!, container, relaxed: [] };
  // What elects a leader may be said by the image.
  const { object: relaxed, changes } = debug
    ? relaxForDebug(withProcess(withImage[at]!, container.name, image), container.name)
    : { object: withImage[at]!, changes: [] };
  const injection = { container: container.name, agentImage, image, debug };
  const objects = withImage.with(at, injectAgent(relaxed, injection));
  return { objects, workload: objects[at]!, container, relaxed: changes };
}
