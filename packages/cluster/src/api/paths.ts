import { groupOf, subject, type GroupVersionKind, type Ref } from '../object/kube-object.js';
import { ApiError } from './api-error.js';
import type { Cluster, ResourceType } from './cluster.js';

/** The core group has its own path. */
function groupPath(apiVersion: string): string {
  return groupOf(apiVersion) === '' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}

/** Path of all objects of a kind, or of those in one namespace. Names are encoded and keep their case. */
export function collectionPath(apiVersion: string, type: ResourceType, namespace?: string): string {
  const inNamespace = type.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupPath(apiVersion)}${inNamespace}/${type.resource}`;
}

/**
 * Finds the path of one object.
 *
 * @returns the path, and the reference with its namespace filled in or left out as the kind requires
 * @throws ApiError (404, reason `UnknownKind`) for an unknown kind
 */
export async function locate(
  cluster: Cluster,
  ref: Ref,
  signal?: AbortSignal,
): Promise<{ path: string; ref: Ref; type: ResourceType }> {
  const type = await cluster.discover(ref.apiVersion, ref.kind, signal).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.reason !== 'UnknownKind') throw error;
    const { culprit, message, status, reason, next } = error;
    throw new ApiError(culprit, `${subject(ref)}: ${message}`, { status, reason, next });
  });
  const scoped = scope(cluster, ref, type);
  const path = `${collectionPath(ref.apiVersion, type, scoped.namespace)}/${encodeURIComponent(ref.name)}`;
  return { path, ref: scoped, type };
}

/**
 * Fills in the namespace that the kind requires. Drops it for a cluster-scoped kind, as kubectl and the server do:
 * kustomize's `namespace:` writes one on every custom resource.
 */
function scope(cluster: Cluster, ref: Ref, { namespaced }: ResourceType): Ref {
  return { ...ref, namespace: namespaced ? (ref.namespace ?? cluster.namespace) : undefined };
}

/** Name of a kind: `Deployment.apps`, or `ConfigMap` for core kinds. */
export function groupKind({ apiVersion, kind }: GroupVersionKind): string {
  const group = groupOf(apiVersion);
  return group ? `${kind}.${group}` : kind;
}
