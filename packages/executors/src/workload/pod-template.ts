import type { KubeObject } from '@nx-kube/cluster';

/** The parts of a container that the loop reads or changes; everything else is carried along untouched. */
export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  securityContext?: Record<string, unknown>;
  resources?: Record<string, unknown>;
  volumeMounts?: { name: string; mountPath: string; [key: string]: unknown }[];
  readinessProbe?: Record<string, unknown>;
  ports?: { name?: string; containerPort: number; [key: string]: unknown }[];
  [key: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; [key: string]: unknown }[];
  [key: string]: unknown;
}

/** Kinds whose pods the loop can keep current: they make pods from a template and replace them. */
export const workloadKinds: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

const templatePaths: Record<string, string[]> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const templatedKinds = new Set([...workloadKinds, 'ReplicaSet', 'ReplicationController', 'Job']);

/** The pod spec inside a built-in object that makes pods, or undefined where the object makes none. */
export function podSpecOf(object: KubeObject): PodSpec | undefined {
  const path =
    templatePaths[object.kind] ?? (templatedKinds.has(object.kind) ? ['spec', 'template', 'spec'] : undefined);
  if (!path) return undefined;
  const spec = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
  return Array.isArray((spec as PodSpec | undefined)?.containers) ? (spec as PodSpec) : undefined;
}

/** Every container of a pod spec, init containers first, as they run. */
export function containersOf(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
