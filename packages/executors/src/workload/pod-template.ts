import type { KubeObject } from '@nx-kube/cluster';

/** The fields of a container that the loop reads or changes. All other fields are kept. */
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

/** Workload kinds that the loop supports: they create pods from a template and replace them. */
export const workloadKinds: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

const templatePaths: Record<string, string[]> = {
  Pod: ['spec'],
  PodTemplate: ['template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};
const templatedKinds = new Set([...workloadKinds, 'ReplicaSet', 'ReplicationController', 'Job']);

/** The pod spec in a built-in object that creates pods. Returns undefined for other objects. */
export function podSpecOf(object: KubeObject): PodSpec | undefined {
  const path =
    templatePaths[object.kind] ?? (templatedKinds.has(object.kind) ? ['spec', 'template', 'spec'] : undefined);
  if (!path) return undefined;
  const spec = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
  return Array.isArray((spec as PodSpec | undefined)?.containers) ? (spec as PodSpec) : undefined;
}

/** All containers of a pod spec, init containers first. */
export function containersOf(spec: PodSpec): Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}
