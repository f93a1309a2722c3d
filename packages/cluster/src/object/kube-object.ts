/** Metadata that every Kubernetes object has; other fields of the API are kept. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFieldsEntry[];
  [key: string]: unknown;
}

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  subresource?: string;
  /** Fields in the FieldsV1 form: `f:<name>`, `k:<keys as JSON>`, `v:<value as JSON>`, `.` for the item itself. */
  fieldsV1?: Record<string, unknown>;
}

/** Any Kubernetes object, as plain JSON. This package never passes objects through generated models. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape depends on the kind, which is data here
  [key: string]: any;
}

/** Reference to an object. `namespace` is absent for cluster-scoped kinds. */
export interface Ref {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** Kind of objects with its API group and version. */
export interface GroupVersionKind {
  apiVersion: string;
  kind: string;
}

/** Formats an object's name for messages: `Kind/namespace/name`, or `Kind/name` for cluster-scoped objects. */
export function subject(of: Ref | KubeObject): string {
  const { name, namespace } = 'metadata' in of ? (of as KubeObject).metadata : (of as Ref);
  return namespace ? `${of.kind}/${namespace}/${name}` : `${of.kind}/${name}`;
}

export function refOf({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): Ref {
  return namespace ? { apiVersion, kind, namespace, name } : { apiVersion, kind, name };
}

/** API group of an apiVersion: `apps` of `apps/v1`, the empty string of `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}
