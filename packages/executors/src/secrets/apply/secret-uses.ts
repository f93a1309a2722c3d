import { type KubeObject } from '@nx-kube/cluster';
import type { SecretUse } from '../../events/events.js';
import { configUses } from '../../workload/config-uses.js';
import { containersOf, podSpecOf, type PodSpec } from '../../workload/pod-template.js';

interface Named {
  name?: string;
}

/**
 * Returns the ways in which an object (workload, pod or ServiceAccount) uses a Secret of its namespace. Pure.
 *
 * @param secret name of the Secret
 * @returns an empty list if the object does not use it
 */
export function secretUses(object: KubeObject, secret: string): SecretUse[] {
  if (object.kind === 'ServiceAccount') {
    return (['secrets', 'imagePullSecrets'] as const).filter((field) => named(object[field], secret));
  }
  const spec = podSpecOf(object);
  if (!spec) return [];
  const isSingleFile = configUses(object, { kind: 'Secret', name: secret }).includes('subPath');
  return [...usesIn(spec, secret), ...(isSingleFile ? ['subPath' as const] : [])];
}

function usesIn(spec: PodSpec, secret: string): SecretUse[] {
  const containers = containersOf(spec);
  const env = containers.flatMap((container) => list(container['env']));
  const envFrom = containers.flatMap((container) => list(container['envFrom']));
  const uses: [SecretUse, boolean][] = [
    ['env', env.some((one) => one['valueFrom']?.secretKeyRef?.name === secret)],
    ['envFrom', envFrom.some((one) => one['secretRef']?.name === secret)],
    ['volume', list(spec.volumes).some((volume) => mounts(volume, secret))],
    ['imagePullSecrets', named(spec['imagePullSecrets'], secret)],
  ];
  return uses.flatMap(([use, is]) => (is ? [use] : []));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- fields of built-in kinds, each looked at with `?.`
type Fields = Record<string, any>;

function mounts(volume: Fields, secret: string): boolean {
  return (
    volume['secret']?.secretName === secret ||
    volume['csi']?.nodePublishSecretRef?.name === secret ||
    list(volume['projected']?.sources).some((source) => source['secret']?.name === secret)
  );
}

function named(references: unknown, secret: string): boolean {
  return list(references).some(({ name }: Named) => name === secret);
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
