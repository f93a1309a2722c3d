import { NxKubeError } from '../errors.js';
import { refOf, subject, type KubeObject } from '../object/kube-object.js';

/** Fields of `metadata` that only the server sets; objects read from a cluster have them. */
const serverOwned = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink'] as const;

/**
 * Prepares an object for sending: removes server-owned fields, and merges a Secret's `stringData` into `data`.
 * Server-side apply never removes keys that `stringData` once set (kubernetes#108008). Does not change its argument.
 *
 * @throws NxKubeError ('configuration') when a value of `stringData` is not a string
 */
export function prepare(object: KubeObject): KubeObject {
  const metadata = { ...object.metadata };
  for (const field of serverOwned) delete metadata[field];
  const prepared: KubeObject = { ...object, metadata };
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1' || object.stringData == null) return prepared;
  const { stringData, data, ...rest } = prepared;
  const encoded = Object.entries(stringData as Record<string, unknown>).map(([key, value]) => {
    if (typeof value !== 'string') {
      throw new NxKubeError('configuration', `${subject(object)}: stringData.${key} must be a string.`, {
        next: 'Put the value in quotes.',
      });
    }
    return [key, Buffer.from(value).toString('base64')] as const;
  });
  return { ...rest, data: { ...(data as object | undefined), ...Object.fromEntries(encoded) } } as KubeObject;
}

/** @throws NxKubeError ('configuration') when two objects have the same kind, namespace and name */
export function requireDistinct(objects: readonly KubeObject[]): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const { apiVersion } = object;
    const key = `${apiVersion.replace(/\/?[^/]*$/, '')} ${subject(object)}`;
    if (seen.has(key)) {
      throw new NxKubeError('configuration', `${subject(refOf(object))} is defined twice.`, {
        next: 'Remove one of them.',
      });
    }
    seen.add(key);
  }
}
