import { fieldsTakenOut, knownKey, refOf, type FieldPath, type KubeObject, type Ref } from '@nx-kube/cluster';
import type { DebugOptions } from './debug-options.js';
import { findWorkload } from './find.js';
import type { ImageUse } from './image.js';
import { injectAgent } from './inject-agent.js';
import { applyPatches, type Patch } from './patches.js';
import type { Container } from './pod-template.js';
import { withProcess } from './process.js';
import { relaxForDebug } from './relax-for-debug.js';
import { applyTransform } from './transform.js';
import { transformed, withImage, type ImagePreparation } from './with-image.js';

export interface Preparation extends ImagePreparation {
  /** Reference of the agent's image. Default: none, the workload runs as rendered. */
  agentImage?: string;
  /** Size limit of the agent's volume, a quantity. Default: no limit. */
  volumeSize?: string;
  patches?: Patch[];
  /** Absolute path of the user's transform module. */
  transform?: string;
  /** Debugs the process. It needs `agentImage`. */
  debug?: Pick<DebugOptions, 'port' | 'args'>;
}

export interface Prepared {
  /** The objects to apply. */
  objects: KubeObject[];
  /** The objects beside them, with the image. */
  beside: KubeObject[];
  /** The workload under development, an element of `objects`. */
  workload: KubeObject;
  /** The container under development, before the agent was added and with the image of the manifests. */
  container: Container;
  /** Where the image is used besides that container. */
  uses: ImageUse[];
  /** Why those uses do not have the current binary; undefined if they have. */
  outdated?: string;
  /** Changes that allow breakpoints, one line each. Empty without debugging. */
  relaxed: string[];
  /** Fields of an object that patches, the transform or debugging took out of its manifest. */
  takenOut: (ref: Ref) => readonly FieldPath[];
}

/**
 * Applies the user's patches, then the user's transform, for a check before there is an image.
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
 * Turns rendered objects into the objects to apply. The user's patches come first, so that they see the objects of the
 * repository: a patch of `args` still reaches the process. Then comes the image, so that the user's transform sees the
 * final reference. The agent comes last.
 *
 * @param source path of the file with the objects, for messages
 * @throws NxKubeError (configuration, user-code) from any of the steps
 */
export async function prepare(rendered: KubeObject[], preparation: Preparation, source: string): Promise<Prepared> {
  const { image, agentImage, patches = [], transform, debug, binaryPath } = preparation;
  const patched = await applyPatches(rendered, patches);
  const { objects: changed, ...replaced } = transform
    ? await transformed(patched, preparation, transform, source)
    : await withImage(patched, preparation, findWorkload(patched, preparation, source));
  const { object, container: found } = findWorkload(changed, preparation, source);
  const at = changed.indexOf(object);
  const container = { ...found, image: replaced.rendered };
  const takenOut = takenOutOf(rendered);
  if (!agentImage) {
    return { ...replaced, objects: changed, workload: object, container, relaxed: [], takenOut: takenOut(changed) };
  }
  // Write the process into the command first: the image's arguments may also turn leader election on.
  const { object: relaxed, changes } = debug
    ? relaxForDebug(withProcess(object, container.name, image), container.name)
    : { object, changes: [] };
  const { source: from, volumeSize } = preparation;
  const injection = { container: container.name, agentImage, image, source: from, volumeSize, binaryPath, debug };
  const objects = changed.with(at, injectAgent(relaxed, injection));
  const takenOutOfAll = takenOut(objects);
  return { ...replaced, objects, workload: objects[at]!, container, relaxed: changes, takenOut: takenOutOfAll };
}

/** Compares rendered objects with the objects to apply. */
function takenOutOf(rendered: readonly KubeObject[]): (objects: readonly KubeObject[]) => Prepared['takenOut'] {
  const before = new Map(rendered.map((object) => [knownKey(refOf(object)), object]));
  return (objects) => {
    const after = new Map(objects.map((object) => [knownKey(refOf(object)), object]));
    return ({ apiVersion, kind, namespace, name }) => {
      const found = (all: ReadonlyMap<string, KubeObject>) =>
        all.get(knownKey({ apiVersion, kind, namespace, name })) ?? all.get(knownKey({ apiVersion, kind, name }));
      const [old, now] = [found(before), found(after)];
      return old && now ? fieldsTakenOut(old, now) : [];
    };
  };
}
