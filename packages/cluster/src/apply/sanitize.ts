import { NxKubeError } from '../errors.js';
import { refOf, subject, type KubeObject } from '../object/kube-object.js';

/** Fields of `metadata` that only the server sets; objects taken from a cluster have them. */
const serverOwned = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'selfLink'] as const;

/**
 * The object as it is to be sent: without what only the server sets, and a Secret's `stringData` merged into `data`, for
 * server-side apply never removes what `stringData` once set (kubernetes#108008). Does not change its argument.
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

/** @throws NxKubeError ('configuration') when two objects are the same one */
export function requireDistinct(objects: readonly KubeObject[]): void {
  const seen = new Set<string>();
  for (const object of objects) {
    const { apiVersion } = object;
    const key = `${apiVersion.replace(/\/?[^/]*$/, '')} ${subject(object)}`;
    if (seen.has(key)) {
      throw new NxKubeError('configuration', `${subject(refOf(object))} is there twice.`, {
        next: 'Remove one of them.',
      });
    }
    seen.add(key);
  }
}
