import type { ConnectOptions, Cluster, KubeObject } from '@nx-kube/cluster';
import { readManifests, readOtherObjects, type ContentOptions } from '../deploy/content.js';
import type { Need } from '../requirements/needs.js';
import { findWorkload } from '../workload/find.js';
import { diagnoseCluster, failureOf } from './cluster.js';
import { warn, type Diagnosis } from './diagnosis.js';
import { diagnoseInotify } from './inotify.js';
import { diagnoseAgent, diagnoseVersions, type Versions } from './installation.js';
import { diagnoseNodes } from './nodes.js';
import { diagnoseRegistry } from './registry.js';
import { diagnoseRights, reconcilerTypes, rightsFor, typesOf, type SecretsOfTarget } from './rights.js';
import { diagnoseTools } from './tools.js';

export interface Examination {
  deploy: ContentOptions;
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
    const [registry, nodes, rights] = await Promise.all([
      diagnoseRegistry(cluster, deploy.registry, signal),
      diagnoseNodes(cluster, goarch, signal),
      examineRights(cluster, examination),
    ]);
    return [...diagnoses, registry, nodes, ...rights];
  } finally {
    await cluster.close();
  }
}

async function examineRights(cluster: Cluster, examination: Examination): Promise<Diagnosis[]> {
  const { deploy, secrets, installsFlux, signal } = examination;
  let objects: KubeObject[];
  let namespace: string;
  const diagnoses: Diagnosis[] = [];
  try {
    objects = await readManifests(deploy.manifests);
    namespace = findWorkload(objects, deploy, deploy.manifests).object.metadata.namespace ?? cluster.namespace;
  } catch (error) {
    const { message, next } = failureOf('manifests', error);
    diagnoses.push(warn('manifests', `${message}, so only the rights for a Deployment are checked`, next!));
    objects = [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: '' } }];
    namespace = cluster.namespace;
  }
  try {
    const { extra, components } = await readOtherObjects(cluster, deploy, signal);
    objects = [...objects, ...extra, ...components.before.flat(), ...components.after.flat()];
  } catch (error) {
    signal?.throwIfAborted();
    const { message, next } = failureOf('other objects', error);
    diagnoses.push(warn('other objects', `${message}, so the rights for them are not checked`, next!));
  }
  const [types, reconcilers] = await Promise.all([typesOf(cluster, objects), reconcilerTypes(cluster)]);
  const rights = rightsFor({
    ...{ namespace, setNamespace: cluster.namespace, types },
    ...{ secrets, reconcilers, installsFlux },
  });
  return [...diagnoses, ...(await diagnoseRights(cluster, rights, signal))];
}
