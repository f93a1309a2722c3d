import { refOf, type GroupVersionKind, type KubeObject, type Ref } from '../object/kube-object.js';
import { isNotFound } from './api-error.js';
import type { Cluster } from './cluster.js';
import { collectionPath, locate } from './paths.js';

export interface ReadOptions {
  signal?: AbortSignal;
}

/**
 * Reads a live object.
 *
 * @returns undefined if the object or its kind does not exist
 * @throws ApiError
 */
export async function read<T extends KubeObject = KubeObject>(
  cluster: Cluster,
  ref: Ref,
  { signal }: ReadOptions = {},
): Promise<T | undefined> {
  try {
    const { path, ref: scoped } = await locate(cluster, ref, signal);
    return await cluster.request<T>({ method: 'GET', path, subject: scoped, signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export interface ListOptions extends GroupVersionKind {
  /** Default: all namespaces. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects per request; further pages are fetched until the end. Default: 500. */
  limit?: number;
  signal?: AbortSignal;
}

interface ListPage<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

/**
 * Lists all objects of a kind, page by page. Items carry `apiVersion` and `kind`.
 *
 * @throws ApiError
 */
export async function list<T extends KubeObject = KubeObject>(cluster: Cluster, options: ListOptions): Promise<T[]> {
  return (await listAt<T>(cluster, options)).items;
}

/** As `list`, with the resourceVersion from which a watch can follow. */
export async function listAt<T extends KubeObject = KubeObject>(
  cluster: Cluster,
  { apiVersion, kind, namespace, labelSelector, fieldSelector, limit = 500, signal }: ListOptions,
): Promise<{ items: T[]; resourceVersion: string }> {
  const type = await cluster.discover(apiVersion, kind, signal);
  const path = collectionPath(apiVersion, type, namespace);
  const items: T[] = [];
  for (let page: string | undefined; ;) {
    const answer: ListPage<T> = await cluster.request<ListPage<T>>({
      method: 'GET',
      path,
      query: { labelSelector, fieldSelector, limit, continue: page },
      signal,
    });
    for (const item of answer.items ?? []) items.push({ ...item, apiVersion, kind });
    page = answer.metadata.continue || undefined;
    if (!page) return { items, resourceVersion: answer.metadata.resourceVersion };
  }
}

/**
 * Creates an object.
 *
 * @throws ApiError (409 `AlreadyExists`)
 */
export async function create<T extends KubeObject = KubeObject>(
  cluster: Cluster,
  object: KubeObject,
  { signal }: ReadOptions = {},
): Promise<T> {
  const { ref, type } = await locate(cluster, refOf(object), signal);
  return await cluster.request<T>({
    method: 'POST',
    path: collectionPath(ref.apiVersion, type, ref.namespace),
    query: { fieldManager: 'nx-kube', fieldValidation: 'Strict' },
    body: object,
    subject: ref,
    signal,
  });
}

export interface PatchOptions {
  /** Default: `merge`. `strategic` is for built-in kinds only. */
  type?: 'merge' | 'strategic' | 'json';
  /** `scale`, `status`, … Default: the object itself. */
  subresource?: string;
  /** Default: `nx-kube`. */
  fieldManager?: string;
  signal?: AbortSignal;
}

const patchTypes = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
} as const;

/**
 * Patches one object.
 *
 * @returns the object after the patch
 * @throws ApiError
 */
export async function patch<T extends KubeObject = KubeObject>(
  cluster: Cluster,
  ref: Ref,
  body: unknown,
  { type = 'merge', subresource, fieldManager = 'nx-kube', signal }: PatchOptions = {},
): Promise<T> {
  const { path, ref: scoped } = await locate(cluster, ref, signal);
  return await cluster.request<T>({
    method: 'PATCH',
    path: subresource ? `${path}/${subresource}` : path,
    query: { fieldManager, fieldValidation: 'Strict' },
    contentType: patchTypes[type],
    body,
    subject: scoped,
    signal,
  });
}

export interface RemoveOptions {
  /** Deletes only if the object still has this uid. */
  uid?: string;
  /** Default: `Background`. */
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  /** Lets the server check the deletion (rights and admission included) without doing it. Default: false. */
  dryRun?: boolean;
  signal?: AbortSignal;
}

/**
 * Requests deletion. The object may stay until its finalizers have ended.
 *
 * @returns false if the object did not exist
 * @throws ApiError
 */
export async function remove(cluster: Cluster, ref: Ref, options: RemoveOptions = {}): Promise<boolean> {
  return (await removeTelling(cluster, ref, options)) !== 'absent';
}

/** As `remove`; returns whether the object is gone already or still has finalizers or a grace period. */
export async function removeTelling(
  cluster: Cluster,
  ref: Ref,
  { uid, propagationPolicy = 'Background', gracePeriodSeconds, dryRun = false, signal }: RemoveOptions = {},
): Promise<'absent' | 'gone' | 'going'> {
  try {
    const { path, ref: scoped } = await locate(cluster, ref, signal);
    const answer = await cluster.request<{ kind?: string; status?: unknown } | undefined>({
      method: 'DELETE',
      path,
      // For readers of the server's audit log: the server ignores the query beside a body.
      query: { dryRun: dryRun ? 'All' : undefined },
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy,
        gracePeriodSeconds,
        dryRun: dryRun ? ['All'] : undefined,
        preconditions: uid === undefined ? undefined : { uid },
      },
      subject: scoped,
      signal,
    });
    // The server answers with the object itself if it still exists.
    return answer?.kind === 'Status' && answer.status === 'Success' ? 'gone' : 'going';
  } catch (error) {
    if (isNotFound(error)) return 'absent';
    throw error;
  }
}
