import { fieldsTakenOut, groupOf, type FieldPath, type KubeObject, type Ref } from '@nx-kube/cluster';
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
  /** The pushed image, with the entrypoint and arguments of its config. */
  image: ImageProcess & { reference: string };
  /** Reference of the agent's image. Default: none, the workload runs as rendered. */
  agentImage?: string;
  /** The word of the process that is the binary, for a wrapper that hides it. */
  binaryPath?: string;
  patches?: Patch[];
  /** Absolute path of the user's transform module. */
  transform?: string;
  /** Debugs the process. It needs `agentImage`. */
  debug?: Pick<DebugOptions, 'port' | 'args'>;
}

export interface Prepared {
  /** The objects to apply. */
  objects: KubeObject[];
  /** The workload under development, an element of `objects`. */
  workload: KubeObject;
  /** The container under development, before the agent was added. */
  container: Container;
  /** Changes that allow breakpoints, one line each. Empty without debugging. */
  relaxed: string[];
  /** Fields of an object that patches, the transform or debugging took out of its manifest. */
  takenOut: (ref: Ref) => readonly FieldPath[];
}

/**
 * Applies the user's patches, then the user's transform.
 *
 * @throws NxKubeError (configuration, user-code)
 */
export async function customize(
  rendered: KubeObject[],
  { patches = [], transform }: Pick<Preparation, 'patches' | 'transform'>,
): Promise<KubeObject[]> {
  const patched = await applyPatches(rendered, patches);
  return transform ? await applyTransform(patched, transform) : patched;
}

/**
 * Turns rendered objects into the objects to apply. The user's patches and transform come first, so that they see the
 * objects of the repository: a patch of `args` still reaches the process. Image and agent come last.
 *
 * @param source path of the file with the objects, for messages
 * @throws NxKubeError (configuration, user-code) from any of the steps
 */
export async function prepare(rendered: KubeObject[], preparation: Preparation, source: string): Promise<Prepared> {
  const { image, agentImage, debug } = preparation;
  const changed = await customize(rendered, preparation);
  const { object, container } = findWorkload(changed, preparation, source);
  const withImage = container.image ? replaceImage(changed, imageName(container.image), image.reference) : changed;
  const at = changed.indexOf(object);
  const takenOut = takenOutOf(rendered);
  if (!agentImage) {
    return { objects: withImage, workload: withImage[at]!, container, relaxed: [], takenOut: takenOut(withImage) };
  }
  // Write the process into the command first: the image's arguments may also turn leader election on.
  const { object: relaxed, changes } = debug
    ? relaxForDebug(withProcess(withImage[at]!, container.name, image), container.name)
    : { object: withImage[at]!, changes: [] };
  const injection = { container: container.name, agentImage, image, binaryPath: preparation.binaryPath, debug };
  const objects = withImage.with(at, injectAgent(relaxed, injection));
  return { objects, workload: objects[at]!, container, relaxed: changes, takenOut: takenOut(objects) };
}

/** Compares rendered objects with the objects to apply. */
function takenOutOf(rendered: readonly KubeObject[]): (objects: readonly KubeObject[]) => Prepared['takenOut'] {
  const before = new Map(rendered.map((object) => [keyOf(object), object]));
  return (objects) => {
    const after = new Map(objects.map((object) => [keyOf(object), object]));
    return ({ apiVersion, kind, namespace, name }) => {
      const found = (all: ReadonlyMap<string, KubeObject>) =>
        all.get(keyOf({ apiVersion, kind, metadata: { namespace, name } })) ??
        all.get(keyOf({ apiVersion, kind, metadata: { name } }));
      const [old, now] = [found(before), found(after)];
      return old && now ? fieldsTakenOut(old, now) : [];
    };
  };
}

function keyOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/');
}
