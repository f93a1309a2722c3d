import { groupOf, type KubeObject } from '../object/kube-object.js';
import { isAppliedBy } from './applied-by.js';
import type { Conflict } from './failures.js';
import { managesField, valueAt, withField, withoutField, type FieldPath } from './field-path.js';
import { knownKey } from './known-key.js';

/** Annotations with which cert-manager, or OpenShift, is asked to inject a CA bundle. */
const injectsCa = [
  'cert-manager.io/inject-ca-from',
  'cert-manager.io/inject-ca-from-secret',
  'cert-manager.io/inject-apiserver-ca',
  'service.beta.openshift.io/inject-cabundle',
];

/** Workloads that an autoscaler among the objects scales. */
export type ScaledWorkloads = ReadonlySet<string>;

/**
 * Finds the workloads that a HorizontalPodAutoscaler, or a ScaledObject of KEDA, among the objects scales. Pure.
 *
 * @param defaultNamespace of objects without one
 */
export function scaledWorkloads(objects: readonly KubeObject[], defaultNamespace: string): ScaledWorkloads {
  const scaled = objects.flatMap(({ apiVersion, kind, metadata: { namespace }, spec }) => {
    const isScaler = ['HorizontalPodAutoscaler.autoscaling', 'ScaledObject.keda.sh'].includes(
      `${kind}.${groupOf(apiVersion)}`,
    );
    const target = spec?.scaleTargetRef as { kind?: string; name?: string; apiVersion?: string } | undefined;
    if (!isScaler || !target?.name) return [];
    return [
      knownKey({
        apiVersion: target.apiVersion ?? 'apps/v1',
        kind: target.kind ?? 'Deployment',
        namespace: namespace ?? defaultNamespace,
        name: target.name,
      }),
    ];
  });
  return new Set(scaled);
}

/** Fields of an object that a controller sets by design, whatever the manifest says. Pure. */
export function fieldsOfControllers(object: KubeObject, scaled: ScaledWorkloads): FieldPath[] {
  const { apiVersion, kind, metadata } = object;
  const { annotations = {}, namespace, name } = metadata;
  if (scaled.has(knownKey({ apiVersion, kind, namespace, name }))) return ['.spec.replicas'];
  if (!injectsCa.some((annotation) => annotations[annotation])) return [];
  switch (`${kind}.${groupOf(apiVersion)}`) {
    case 'MutatingWebhookConfiguration.admissionregistration.k8s.io':
    case 'ValidatingWebhookConfiguration.admissionregistration.k8s.io': {
      const webhooks = (object.webhooks ?? []) as { name?: string }[];
      return webhooks.map((webhook) => `.webhooks[name=${JSON.stringify(webhook.name)}].clientConfig.caBundle`);
    }
    case 'CustomResourceDefinition.apiextensions.k8s.io':
      return ['.spec.conversion.webhook.clientConfig.caBundle'];
    case 'APIService.apiregistration.k8s.io':
      return ['.spec.caBundle'];
    default:
      return [];
  }
}

/**
 * Leaves out of an object what belongs to others already: what controllers set by design, and replicas that somebody
 * scaled to zero. Pure.
 *
 * @param object with its final namespace
 * @returns the object to apply, and the fields that stay as somebody set them
 */
export function leaveToOthers(
  object: KubeObject,
  live: KubeObject,
  options: { scaled: ScaledWorkloads; fieldManager: string; mayLeave: (conflict: Conflict) => boolean },
): { object: KubeObject; left?: Conflict[] } {
  const { scaled, fieldManager, mayLeave } = options;
  const fields = fieldsOfControllers(object, scaled);
  if (fields.length) return { object: leftToControllers(object, live, fields, fieldManager) };
  const zero = scaledToZero(object, live, fieldManager);
  if (!zero || !mayLeave(zero)) return { object };
  return { object: withoutField(object, zero.field) ?? object, left: [zero] };
}

/**
 * Finds a workload that somebody scaled to zero through the scale subresource. The server then takes the field from us
 * and records no other manager. Pure.
 */
export function scaledToZero(object: KubeObject, live: KubeObject, fieldManager: string): Conflict | undefined {
  const entries = live.metadata.managedFields ?? [];
  const field = '.spec.replicas';
  if (!object.spec?.replicas || live.spec?.replicas !== 0 || !entries.some(isAppliedBy(fieldManager))) return undefined;
  const isManaged = entries.some(({ fieldsV1 }) => fieldsV1 && managesField(fieldsV1, field));
  return isManaged ? undefined : { field, manager: 'kubectl scale' };
}

/**
 * Leaves fields to the controllers that set them. While nobody else manages such a field, it keeps its live value: a
 * field that its only manager leaves out would fall back to its default, such as one replica. Pure.
 */
export function leftToControllers(
  object: KubeObject,
  live: KubeObject,
  fields: readonly FieldPath[],
  fieldManager: string,
): KubeObject {
  const isOurs = isAppliedBy(fieldManager);
  const entries = live.metadata.managedFields ?? [];
  return fields.reduce((left, field) => {
    const managers = entries.filter(({ fieldsV1 }) => fieldsV1 && managesField(fieldsV1, field));
    if (managers.some((entry) => !isOurs(entry))) return withoutField(left, field) ?? left;
    const value = valueAt(live, field);
    if (value === undefined) return left;
    const kept = withField(left, field, value);
    if (kept || field !== '.spec.replicas' || !managers.length) return kept ?? left;
    return { ...left, spec: { ...(left.spec as object), replicas: value } };
  }, object);
}
