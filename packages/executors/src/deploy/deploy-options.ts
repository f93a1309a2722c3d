import type { ApplySetRef, Cluster } from '@nx-kube/cluster';
import type { DebugOptions } from '../workload/debug-options.js';
import type { WorkloadChoice } from '../workload/find.js';
import type { ImageField } from '../workload/image.js';
import type { Patch } from '../workload/patches.js';

/** How the content of one project gets into a cluster. All paths are absolute. */
export interface DeployOptions extends WorkloadChoice {
  project: string;
  /** Who applies, as `ownerOf` returns it. Default: unknown. */
  owner?: string;
  /** File with the rendered manifests. */
  manifests: string;
  /** Folder that image-build wrote. */
  image: string;
  /** The current binary, for what runs the image besides the container under development. Default: not known. */
  binary?: string;
  /** More fields that name the image. Default: none. */
  imageFields?: readonly ImageField[];
  /** Folder for what may be deleted at any time: the agent's image, copies of delivered binaries. */
  stateDirectory: string;
  /** Registry to push to. Default: the one that the cluster announces, else images are loaded into the node. */
  registry?: string;
  /** The word of the container's process that is the binary. Default: the program that the wrappers start. */
  binaryPath?: string;
  /** Put the agent into the workload, so that its binary can be replaced. Default: true. */
  agent?: boolean;
  /** Size limit of the agent's volume, a quantity. Default: what the binary and its successor need. */
  agentVolumeSize?: string;
  /** Run the binary under a debugger, and let its process be held at breakpoints. Needs the agent. */
  debug?: DebugOptions;
  patches?: Patch[];
  /** A module whose default export changes the objects. */
  transform?: string;
  /** Delete and create again objects that differ in an immutable field. Default: false. */
  recreate?: boolean;
  /** Take over fields that other managers own. Default: false. */
  force?: boolean;
  /** Command that applies with `force`, for messages. */
  forceWith?: string;
}

/**
 * The set that owns what a project has in the cluster. Its parent lies in the context's namespace, not in the
 * workload's: so the set outlives a renamed namespace, and `down` with Namespaces. Where the context had another
 * namespace before, the set is found there.
 */
export function setOf(project: string, cluster: Pick<Cluster, 'namespace'>, owner?: string): ApplySetRef {
  const name = `nx-kube-${project.toLowerCase().replace(/[^a-z0-9.-]+/g, '-')}`;
  return { name, namespace: cluster.namespace, ...(owner && { owner }) };
}
