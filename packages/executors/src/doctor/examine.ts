import type { ConnectOptions, Cluster, KubeObject } from '@nx-kube/cluster';
import { readManifests, readOtherObjects, type ContentOptions, type OtherObjects } from '../deploy/content.js';
import type { ImageFor } from '../image/build/binary-path.js';
import type { Need } from '../requirements/needs.js';
import { findWorkload } from '../workload/find.js';
import { diagnoseCluster, failureOf } from './cluster.js';
import { warn, type Diagnosis } from './diagnosis.js';
import { diagnoseInotify } from './inotify.js';
import { diagnoseAgent, diagnoseVersions, type Versions } from './installation.js';
import { diagnoseManifests } from './manifests.js';
import { diagnoseNodes } from './nodes.js';
import { diagnoseRegistry } from './registry.js';
import { diagnoseRights, reconcilerTypes, rightsFor, typesOf, type SecretsOfTarget } from './rights.js';
import { diagnoseTools } from './tools.js';

export interface Examination {
  deploy: ContentOptions;
  /** The choice of the workload that image-build makes the image for. */
  imageFor?: ImageFor;
  connect: ConnectOptions;
  /** Namespaces of each target that makes Secrets. */
  secrets: readonly SecretsOfTarget[];
  /** Whether a target installs Flux. */
  installsFlux: boolean;
  needs: Need[];
  versions: Versions;
  /** The option `goarch` of go-build. */
  goarch?: string;
  signal?: AbortSignal;
}

/** Checks everything that a project needs, first on this machine and then in the cluster. Changes nothing. */
export async function examine(examination: Examination): Promise<Diagnosis[]> {
  const { deploy, needs, versions, signal } = examination;
  const [tools, inotify, cluster] = await Promise.all([
    diagnoseTools(needs, { stateDirectory: deploy.stateDirectory, signal }),
    diagnoseInotify(),
    examineCluster(examination),
  ]);
  return [...tools, ...diagnoseVersions(versions), diagnoseAgent(), inotify, ...cluster];
}

async function examineCluster(examination: Examination): Promise<Diagnosis[]> {
  const { deploy, connect, goarch, signal } = examination;
  const { diagnoses, cluster } = await diagnoseCluster(connect, signal);
  // The diagnoses already say why there is no cluster to check.
  if (!cluster) return diagnoses;
  try {
    const [registry, nodes, content] = await Promise.all([
      diagnoseRegistry(cluster, deploy.registry, signal),
      diagnoseNodes(cluster, goarch, signal),
      examineContent(cluster, examination),
    ]);
    return [...diagnoses, registry, nodes, ...content];
  } finally {
    await cluster.close();
  }
}

/** What a project applies, as far as it can be read. */
interface ReadContent {
  rendered?: KubeObject[];
  others?: OtherObjects;
  /** Why something could not be read. */
  diagnoses: Diagnosis[];
}

async function examineContent(cluster: Cluster, examination: Examination): Promise<Diagnosis[]> {
  const { deploy, imageFor, secrets, installsFlux, signal } = examination;
  const { rendered, others = noOthers, diagnoses } = await readContent(cluster, deploy, signal);
  const mayInstall = installsFlux || secrets.some(({ createNamespaces }) => createNamespaces);
  const [manifests, rights] = await Promise.all([
    rendered ? diagnoseManifests(cluster, rendered, others, { deploy, imageFor, mayInstall, signal }) : [],
    examineRights(cluster, rendered, others, examination),
  ]);
  return [...diagnoses, ...manifests, ...rights];
}

const noOthers: OtherObjects = { extra: [], components: { before: [], after: [] } };

async function readContent(cluster: Cluster, deploy: ContentOptions, signal?: AbortSignal): Promise<ReadContent> {
  const content: ReadContent = { diagnoses: [] };
  try {
    content.rendered = await readManifests(deploy.manifests);
  } catch (error) {
    const { message, next } = failureOf('manifests', error);
    const consequence = 'so only the rights for a Deployment are checked';
    content.diagnoses.push(warn('manifests', `${message}, ${consequence}`, next!));
  }
  try {
    content.others = await readOtherObjects(cluster, deploy, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { message, next } = failureOf('other objects', error);
    content.diagnoses.push(warn('other objects', `${message}, so the rights for them are not checked`, next!));
  }
  return content;
}

async function examineRights(
  cluster: Cluster,
  rendered: KubeObject[] | undefined,
  { extra, components }: OtherObjects,
  { deploy, secrets, installsFlux, signal }: Examination,
): Promise<Diagnosis[]> {
  const own = rendered ?? [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: '' } }];
  const objects = [...own, ...extra, ...components.before.flat(), ...components.after.flat()];
  const [types, reconcilers] = await Promise.all([typesOf(cluster, objects), reconcilerTypes(cluster)]);
  const rights = rightsFor({
    ...{ namespace: namespaceOf(own, deploy) ?? cluster.namespace, setNamespace: cluster.namespace, types },
    ...{ secrets, reconcilers, installsFlux },
  });
  return await diagnoseRights(cluster, rights, signal);
}

/** Namespace of the workload. Another check says why there is none. */
function namespaceOf(objects: KubeObject[], deploy: ContentOptions): string | undefined {
  try {
    return findWorkload(objects, deploy, deploy.manifests).object.metadata.namespace;
  } catch {
    return undefined;
  }
}
