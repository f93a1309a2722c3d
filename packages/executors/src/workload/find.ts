import { NxKubeError, subject, type KubeObject } from '@nx-kube/cluster';
import { podSpecOf, workloadKinds, type Container, type PodSpec } from './pod-template.js';

export interface WorkloadChoice {
  /** `name` or `Kind/name` of the workload under development. Default: the only one that fits. */
  workload?: string;
  /** Name of the container that runs the binary. Default: the only one that fits. */
  container?: string;
  /** Name of the Nx project, which decides between several workloads. */
  project?: string;
}

export interface Workload {
  object: KubeObject;
  podSpec: PodSpec;
  container: Container;
}

/**
 * Finds the workload and container under development among rendered objects.
 *
 * @param source path of the file with the objects, for messages
 * @throws NxKubeError (configuration) with the candidates when none or several fit
 */
export function findWorkload(objects: KubeObject[], choice: WorkloadChoice, source: string): Workload {
  const object = findObject(objects, choice, source);
  const podSpec = podSpecOf(object)!;
  return { object, podSpec, container: findContainer(object, podSpec, choice.container, source) };
}

function findObject(objects: KubeObject[], { workload, project }: WorkloadChoice, source: string): KubeObject {
  const candidates = objects.filter((object) => workloadKinds.includes(object.kind) && podSpecOf(object));
  if (workload) {
    const [name, kind] = workload.split('/').reverse();
    const named = candidates.filter((o) => o.metadata.name === name && (!kind || o.kind === kind));
    if (named.length === 1) return named[0]!;
    throw new NxKubeError(
      'configuration',
      named.length
        ? `${source}: "workload": "${workload}" matches ${listed(named)}.`
        : `${source} has no workload "${workload}"; it has ${listed(candidates)}.`,
      { next: 'Set the option "workload" to Kind/name of one of them.' },
    );
  }
  if (!candidates.length) {
    throw new NxKubeError('configuration', `${source} has no Deployment, StatefulSet or DaemonSet to develop.`, {
      next: 'Add the workload of the controller to the kustomization, or set "path" to the kustomization that has it.',
    });
  }
  // The signs are sorted from strong to weak. A sign decides only if exactly one workload has it.
  const signs: ((o: KubeObject) => boolean)[] = [
    () => true,
    (o) => o.metadata.name === project,
    (o) => o.metadata.labels?.['control-plane'] === 'controller-manager',
    (o) => o.metadata.name.endsWith('controller-manager'),
    (o) => o.metadata.name.endsWith('-controller') || o.metadata.name.endsWith('-manager'),
  ];
  for (const sign of signs) {
    const fitting = candidates.filter(sign);
    if (fitting.length === 1) return fitting[0]!;
  }
  throw new NxKubeError('configuration', `${source} has several workloads: ${listed(candidates)}.`, {
    next: 'Set the option "workload" to the one to develop.',
  });
}

function findContainer(object: KubeObject, podSpec: PodSpec, wanted: string | undefined, source: string): Container {
  const { containers } = podSpec;
  const preferred =
    wanted ??
    (object['spec']?.template?.metadata?.annotations?.['kubectl.kubernetes.io/default-container'] as string) ??
    (containers.length === 1 ? containers[0]!.name : 'manager');
  const found = containers.find((c) => c.name === preferred);
  if (found) return found;
  const names = containers.map((c) => c.name).join(', ');
  throw new NxKubeError(
    'configuration',
    wanted
      ? `${source}: ${subject(object)} has no container "${wanted}"; it has ${names}.`
      : `${source}: ${subject(object)} has several containers: ${names}.`,
    { next: 'Set the option "container" to the one that runs the binary.' },
  );
}

function listed(objects: KubeObject[]): string {
  return objects.length ? objects.map(subject).join(', ') : 'none';
}
