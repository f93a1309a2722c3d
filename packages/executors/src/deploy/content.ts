import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError, parseManifests, type Cluster, type KubeObject } from '@nx-kube/cluster';
import type { ImageOutput } from '../image/archive/image-output.js';
import { readComponents, type Component, type Stages } from '../sources/components.js';
import { readSources, type Sources } from '../sources/sources.js';
import { targetCluster } from '../sources/target-cluster.js';
import type { DeployOptions } from './deploy-options.js';

/** Where the objects of a project come from. */
export interface ContentOptions extends DeployOptions {
  /** Objects applied as they are, together with the rendered ones. Default: none. */
  sources?: Sources;
  /** Those that are enabled. Default: none. */
  components?: readonly Component[];
}

/** What belongs to a project besides its rendered objects; applied as it is. */
export interface OtherObjects {
  extra: KubeObject[];
  /** What comes up before and after the controller. */
  components: Stages<KubeObject>;
}

/** @throws NxKubeError naming the source that cannot be read */
export async function readOtherObjects(
  cluster: Cluster,
  options: ContentOptions,
  signal?: AbortSignal,
): Promise<OtherObjects> {
  const { sources = {}, components = [], stateDirectory } = options;
  const [extra, staged] = await Promise.all([
    readSources(sources, { stateDirectory, cluster: targetCluster(cluster), signal }),
    readComponents(components, { stateDirectory, signal }),
  ]);
  return { extra, components: staged };
}

/** The objects that kustomize-build rendered. @throws NxKubeError (configuration) where there are none yet */
export async function readManifests(path: string): Promise<KubeObject[]> {
  return parseManifests(await readOutput(path, 'kustomize-build'), path);
}

/** What image-build says of the image in a folder. @throws NxKubeError (configuration) where there is none yet */
export async function readImage(directory: string): Promise<ImageOutput> {
  return JSON.parse(await readOutput(join(directory, 'image.json'), 'image-build')) as ImageOutput;
}

async function readOutput(path: string, madeBy: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new NxKubeError('configuration', `${path} cannot be read`, {
      next: `Run the target that makes it (${madeBy}), or correct the option that names it.`,
      cause,
    });
  }
}
