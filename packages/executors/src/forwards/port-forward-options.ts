import { NxKubeError, podSelector, podsOfWorkload, subject, type KubeObject, type PodChoice } from '@nx-kube/cluster';
import { podSpecOf } from '../workload/pod-template.js';

/** A port-forward in the options. */
export interface PortForwardSpec {
  /** Port in the pod. */
  port: number;
  /** Port on this machine; 0 takes a free one. Default: the same number as `port`. */
  localPort?: number;
  /** Loopback address to listen on. Default: `127.0.0.1`. */
  host?: '127.0.0.1' | '::1';
  /** `Kind/name` or `name` of a rendered workload. Default: the workload under development. */
  workload?: string;
  /** Label selector of the pods, instead of `workload`. */
  selector?: string;
  /** Namespace of the pods that `selector` matches. Default: the namespace of the workload under development. */
  namespace?: string;
}

/** The pods and the port that a forward leads to. */
export interface ForwardTarget {
  /** Name in messages: `Deployment/ns/name:8080`, `app=registry:5000`. */
  name: string;
  pods: PodChoice;
  port: number;
  localPort: number;
  host: '127.0.0.1' | '::1';
}

/**
 * Resolves the forwards of a project against its rendered objects. Pure.
 *
 * @param main the workload under development
 * @param defaultNamespace namespace of objects that name none
 * @throws NxKubeError (configuration) that names the option's element
 */
export function forwardTargets(
  specs: readonly PortForwardSpec[],
  main: KubeObject,
  objects: KubeObject[],
  defaultNamespace: string,
): ForwardTarget[] {
  return specs.map((spec, index) => {
    const field = `portForwards[${index}]`;
    const { port, localPort = port, host = '127.0.0.1', workload, selector } = spec;
    if (workload !== undefined && selector !== undefined) {
      throw new NxKubeError('configuration', `${field} has both "workload" and "selector".`, {
        next: 'Remove one of them.',
      });
    }
    const common = { port, localPort, host };
    if (selector !== undefined) {
      const namespace = spec.namespace ?? main.metadata.namespace ?? defaultNamespace;
      return { ...common, name: `${selector}:${port}`, pods: { namespace, labelSelector: selector } };
    }
    const object = workload === undefined ? main : findObject(workload, objects, field);
    return { ...common, name: `${subject(object)}:${port}`, pods: podsOfWorkload(object, defaultNamespace) };
  });
}

function findObject(workload: string, objects: KubeObject[], field: string): KubeObject {
  const [name, kind] = workload.split('/').reverse();
  const candidates = objects.filter((object) => podSpecOf(object) && podSelector(object) !== undefined);
  const found = candidates.filter((o) => o.metadata.name === name && (!kind || o.kind === kind));
  if (found.length === 1) return found[0]!;
  throw new NxKubeError('configuration', `${field}.workload: the workload "${workload}" does not exist.`, {
    next: `Use one of ${candidates.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', ')}.`,
  });
}
