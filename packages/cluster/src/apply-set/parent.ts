import { createRequire } from 'node:module';
import type { Cluster } from '../api/cluster.js';
import { read } from '../api/objects.js';
import { locate } from '../api/paths.js';
import { retry } from '../api/retry.js';
import { NxKubeError } from '../errors.js';
import { subject, type KubeObject, type Ref } from '../object/kube-object.js';
import { applySetId } from './id.js';

/** Reference to an ApplySet (KEP-3659). Its parent is the Secret `name` in `namespace`. */
export interface ApplySetRef {
  name: string;
  namespace: string;
  /** `<name>/<version>` of the tool that owns the set. Default: `nx-kube/v<version of this package>`. */
  tooling?: string;
  /**
   * Who applies the set, as a digest. It tells the sets of one name apart that lie in several namespaces. Default:
   * unknown.
   */
  owner?: string;
}

/** Where members may be, as recorded on the parent. May hold more than exists, never less. */
export interface Extent {
  /** `ConfigMap`, `Deployment.apps`. */
  groupKinds: ReadonlySet<string>;
  /** Without the parent's own namespace. */
  additionalNamespaces: ReadonlySet<string>;
}

export interface Parent {
  object: KubeObject;
  extent: Extent;
  /** The `owner` that applied the set last; undefined where it is not recorded. */
  owner?: string;
}

/** Label of a member; its value is the set's id (KEP-3659). */
export const partOfLabel = 'applyset.kubernetes.io/part-of';
/** Label of a parent; its value is the set's id (KEP-3659). */
export const idLabel = 'applyset.kubernetes.io/id';
const toolingAnnotation = 'applyset.kubernetes.io/tooling';
const groupKindsAnnotation = 'applyset.kubernetes.io/contains-group-kinds';
const namespacesAnnotation = 'applyset.kubernetes.io/additional-namespaces';
/** Annotation of a parent: the `owner` that applied the set last. */
const ownerAnnotation = 'nx-kube.dev/applied-by';

export function parentRef({ name, namespace }: ApplySetRef): Ref {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name };
}

export function idOf({ name, namespace }: ApplySetRef): string {
  return applySetId({ name, namespace, kind: 'Secret', group: '' });
}

/**
 * Reads the parent of a set.
 *
 * @returns undefined if it does not exist
 * @throws NxKubeError ('configuration') when the object belongs to another tool, or to no ApplySet
 */
export async function readParent(
  cluster: Cluster,
  set: ApplySetRef,
  signal?: AbortSignal,
): Promise<Parent | undefined> {
  const ref = parentRef(set);
  const object = await retry(() => read(cluster, ref, { signal }), { signal });
  return object && parentOf(set, object);
}

/**
 * Reads what a parent records. Pure.
 *
 * @throws NxKubeError ('configuration') when the object belongs to another tool, or to no ApplySet
 */
export function parentOf(set: ApplySetRef, object: KubeObject): Parent {
  const ref = parentRef(set);
  const { labels = {}, annotations = {} } = object.metadata;
  const tooling = annotations[toolingAnnotation];
  const refuse = (problem: string): never => {
    throw new NxKubeError(
      'configuration',
      `${subject(ref)} cannot be the parent of an ApplySet of nx-kube: ${problem}.`,
      {
        next: 'Choose another name for the set, or remove that Secret if nothing uses it.',
      },
    );
  };
  if (tooling === undefined) return refuse('it exists already and belongs to no ApplySet');
  if (toolName(tooling) !== toolName(toolingOf(set))) return refuse(`it belongs to ${toolName(tooling)}`);
  if (labels[idLabel] !== idOf(set)) return refuse(`its label ${idLabel} is not the set’s`);
  return {
    object,
    owner: annotations[ownerAnnotation],
    extent: {
      groupKinds: commaSeparated(annotations[groupKindsAnnotation]),
      additionalNamespaces: commaSeparated(annotations[namespacesAnnotation]),
    },
  };
}

/** Writes the parent, unless it already has this content. With `dryRun` the server only checks the write. */
export async function writeParent(
  cluster: Cluster,
  set: ApplySetRef,
  extent: Extent,
  { former, dryRun = false, signal }: { former?: Parent; dryRun?: boolean; signal?: AbortSignal },
): Promise<Parent> {
  const ref = parentRef(set);
  const namespaces = [...extent.additionalNamespaces].filter((name) => name !== set.namespace).sort();
  const annotations: Record<string, string> = {
    [toolingAnnotation]: toolingOf(set),
    [groupKindsAnnotation]: [...extent.groupKinds].sort().join(','),
    [namespacesAnnotation]: namespaces.join(','),
    ...(set.owner && { [ownerAnnotation]: set.owner }),
  };
  const known = former?.object.metadata.annotations ?? {};
  if (former && Object.entries(annotations).every(([name, value]) => known[name] === value))
    return { ...former, extent };
  const { path } = await locate(cluster, ref, signal);
  const object = await retry(
    () =>
      cluster.request<KubeObject>({
        method: 'PATCH',
        path,
        query: { fieldManager: 'nx-kube', force: true, dryRun: dryRun ? 'All' : undefined },
        contentType: 'application/apply-patch+yaml',
        body: {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: set.name, namespace: set.namespace, labels: { [idLabel]: idOf(set) }, annotations },
        },
        subject: ref,
        signal,
      }),
    { signal },
  );
  return { object, extent, owner: set.owner };
}

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

function toolingOf({ tooling }: ApplySetRef): string {
  return tooling ?? `nx-kube/v${version}`;
}

function toolName(tooling: string): string {
  return tooling.replace(/\/[^/]*$/, '');
}

function commaSeparated(text = ''): ReadonlySet<string> {
  return new Set(text.split(',').filter(Boolean));
}
