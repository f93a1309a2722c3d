import { NxKubeError, subject, type KubeObject } from '@nx-kube/cluster';
import { podSpecOf, workloadKinds, type Container, type PodSpec } from './pod-template.js';

export interface WorkloadChoice {
  /** `name` or `Kind/name` of the workload being developed; found by itself where only one fits. */
  workload?: string;
  /** Name of the container that runs the binary; found by itself where only one fits. */
  container?: string;
  /** Name of the Nx project: breaks ties between workloads. */
  project?: string;
}

export interface Workload {
  object: KubeObject;
  podSpec: PodSpec;
  container: Container;
}

/**
 * The workload and container under development, among rendered objects.
 *
 * @param source the file the objects come from, for messages
 * @throws NxKubeError (configuration) naming the candidates where none or several fit
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
        ? `${source}: "workload": "${workload}" fits ${listed(named)}`
        : `${source}: there is no workload "${workload}"; it has ${listed(candidates)}`,
      { next: 'Set the option "workload" to Kind/name of one of them.' },
    );
  }
  if (!candidates.length) {
    throw new NxKubeError('configuration', `${source} has no ${workloadKinds.join(', ')} to develop`, {
      next: 'Add the controller’s workload to the kustomization, or point "path" at the one that has it.',
    });
  }
  // From the surest sign to the weakest; a sign counts only where it singles one out.
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
  throw new NxKubeError('configuration', `${source} has several workloads: ${listed(candidates)}`, {
    next: 'Name the one to develop with the option "workload".',
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
      ? `${source}: ${subject(object)} has no container "${wanted}"; it has ${names}`
      : `${source}: ${subject(object)} has several containers: ${names}`,
    { next: 'Name the one that runs the binary with the option "container".' },
  );
}

function listed(objects: KubeObject[]): string {
  return objects.length ? objects.map(subject).join(', ') : 'none';
}
