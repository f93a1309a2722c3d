import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../object/is-record.js';
import type { KubeObject } from '../object/kube-object.js';
import { parseQuantity } from '../object/quantity.js';
import { isAppliedBy } from './applied-by.js';

/** Node of FieldsV1: fields that a manager owns below one field. Empty: the field as a whole. */
type FieldsNode = Readonly<Record<string, unknown>>;

/** Names of a field and of its parent. They identify fields whose values the server normalizes. */
interface Field {
  name: string;
  parent: string;
}

/**
 * Whether applying `desired` would change nothing: every desired field has its value live, and `fieldManager` owns
 * exactly the desired fields. Pure. In doubt (a value that the server may have normalized) the answer is false, which
 * costs one write that changes nothing.
 */
export function isCurrent(live: KubeObject, desired: KubeObject, fieldManager = 'nx-kube'): boolean {
  const managed = live.metadata.managedFields?.find(isAppliedBy(fieldManager));
  if (live.metadata.deletionTimestamp) return false;
  // The server lists no manager that owns nothing.
  if (!managed) {
    const content = contentOf(desired, {});
    return Object.keys(content).every((name) => isUnrecorded(name, content[name], live[name]));
  }
  if (!managed.fieldsV1 || managed.apiVersion !== desired.apiVersion) return false;
  return matches(managed.fieldsV1, contentOf(desired, managed.fieldsV1), live, { name: '', parent: '' });
}

/** Parts of an object under field management: not its identity, and not a status that the server ignores. */
function contentOf(desired: KubeObject, managed: FieldsNode): Record<string, unknown> {
  const content: Record<string, unknown> = { ...desired, metadata: without(desired.metadata, ['name', 'namespace']) };
  const identity = [
    'apiVersion',
    'kind',
    ...(Object.keys(content.metadata as object).length === 0 ? ['metadata'] : []),
  ];
  return without(content, 'f:status' in managed ? identity : [...identity, 'status']);
}

function without(record: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function matches(node: FieldsNode, desired: unknown, live: unknown, field: Field): boolean {
  const entries = Object.keys(node).filter((key) => key !== '.');
  const [first] = entries;
  if (first === undefined) return sameValue(desired, live, field);
  if (first.startsWith('f:')) return matchesMap(node, entries, desired, live, field);
  if (first.startsWith('k:')) return matchesKeyedList(node, entries, desired, live, field);
  if (first.startsWith('v:')) return matchesSet(entries, desired, live);
  return false;
}

function matchesMap(node: FieldsNode, entries: string[], desired: unknown, live: unknown, field: Field): boolean {
  if (!isRecord(desired) || !isRecord(live)) return false;
  // The server treats an explicit null as absent.
  const names = Object.keys(desired).filter(
    (name) => `f:${name}` in node || !(desired[name] === null || isUnrecorded(name, desired[name], live[name])),
  );
  if (names.length !== entries.length) return false;
  return names.every((name) => {
    const below = node[`f:${name}`];
    return isRecord(below) && matches(below, desired[name], live[name], { name, parent: field.name });
  });
}

function matchesKeyedList(node: FieldsNode, entries: string[], desired: unknown, live: unknown, field: Field): boolean {
  if (!Array.isArray(desired) || !Array.isArray(live) || desired.length !== entries.length) return false;
  const keys = entries.map((entry) => ({ entry, key: JSON.parse(entry.slice(2)) as Record<string, unknown> }));
  const positions = desired.map((item: unknown) => {
    const match = keys.find(({ key }) => hasKey(item, key));
    const position = match ? live.findIndex((candidate) => hasKey(candidate, match.key)) : -1;
    if (!match || position < 0) return -1;
    const below = node[match.entry];
    return isRecord(below) && matches(below, item, live[position], field) ? position : -1;
  });
  return isAscending(positions);
}

/** `protocol` is the only list key in the API with a default: `TCP`. */
function hasKey(item: unknown, key: Record<string, unknown>): boolean {
  return (
    isRecord(item) &&
    Object.entries(key).every(([name, value]) => (item[name] ?? (name === 'protocol' ? 'TCP' : undefined)) === value)
  );
}

function matchesSet(entries: string[], desired: unknown, live: unknown): boolean {
  if (!Array.isArray(desired) || !Array.isArray(live) || desired.length !== entries.length) return false;
  if (!desired.every((value) => entries.includes(`v:${JSON.stringify(value)}`))) return false;
  return isAscending(desired.map((value) => live.indexOf(value)));
}

/** All found, each once, and in the desired order. Order matters in some lists, such as a container's environment. */
function isAscending(positions: readonly number[]): boolean {
  return positions.every((position, index) => position > (index === 0 ? -1 : positions[index - 1]!));
}

/**
 * Lists of the built-in kinds whose items are known by a key. The server records no manager of such a list without
 * items.
 */
const keyedLists =
  /^(?:webhooks|ports|env|volumeMounts|volumeDevices|volumes|initContainers|ephemeralContainers|imagePullSecrets|secrets|hostAliases|topologySpreadConstraints|ownerReferences)$/;

/**
 * Whether the server records nothing for a value that changes nothing: an empty keyed list where there are no items.
 */
function isUnrecorded(name: string, desired: unknown, live: unknown): boolean {
  return keyedLists.test(name) && Array.isArray(desired) && desired.length === 0 && (live == null || isEmpty(live));
}

/** Compares fields that are managed as a whole. */
function sameValue(desired: unknown, live: unknown, field: Field): boolean {
  // The server drops empty values in many places.
  if (live === undefined || live === null) return desired === null || isEmpty(desired);
  // The content of these maps may belong to others even if we set an empty map.
  if (isEmpty(desired) && partlyManaged.has(field.name)) return isRecord(live);
  return sameAtomic(desired, live, field);
}

function sameAtomic(desired: unknown, live: unknown, field: Field): boolean {
  if (isDeepStrictEqual(desired, live)) return true;
  if (isQuantity(field)) {
    const quantity = parseQuantity(desired);
    if (quantity !== undefined && quantity === parseQuantity(live)) return true;
  }
  if (Array.isArray(desired) && Array.isArray(live)) {
    return desired.length === live.length && desired.every((item, index) => sameAtomic(item, live[index], field));
  }
  if (!isRecord(desired) || !isRecord(live)) return false;
  const names = new Set([...Object.keys(desired), ...Object.keys(live)]);
  return [...names].every((name) => {
    const below = { name, parent: field.name };
    if (desired[name] === null || desired[name] === undefined) {
      return live[name] === undefined || isServerDefault(name, live[name], field, desired);
    }
    return sameAtomic(desired[name], live[name], below);
  });
}

const partlyManaged = new Set(['labels', 'annotations', 'strategy', 'updateStrategy', 'resources', 'securityContext']);

const quantityParents =
  /^(?:limits|requests|hard|capacity|overhead|default|defaultRequest|max|min|maxLimitRequestRatio)$/;

function isQuantity({ name, parent }: Field): boolean {
  return quantityParents.test(parent) || name === 'sizeLimit' || name === 'divisor';
}

/**
 * Defaults that the server fills in inside fields that are managed as a whole. Any other live value there was desired
 * before and must go.
 */
const serverDefaults: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  fieldRef: { apiVersion: ['v1'] },
  serviceAccountToken: { expirationSeconds: [3600] },
  resourceFieldRef: { divisor: ['0'] },
  rules: { scope: ['*'] },
  roleRef: { apiGroup: ['rbac.authorization.k8s.io'] },
  subjects: { apiGroup: ['rbac.authorization.k8s.io', ''] },
  ports: { protocol: ['TCP'] },
  volumeClaimTemplates: {
    apiVersion: ['v1'],
    kind: ['PersistentVolumeClaim'],
    status: [{ phase: 'Pending' }],
  },
  spec: { volumeMode: ['Filesystem'] },
};

function isServerDefault(name: string, value: unknown, field: Field, siblings: Record<string, unknown>): boolean {
  // A custom resource may have fields of these names; the server fills no defaults in there.
  const defaults = serverDefaults[field.name]?.[name];
  if (field.name === 'spec' && !('accessModes' in siblings)) return false;
  return defaults?.some((fallback) => isDeepStrictEqual(fallback, value)) ?? false;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
