import { NxKubeError, subject, type KubeObject } from '@nx-kube/cluster';
import { labelSelector } from '../pods/label-selector.js';
import { podSpecOf } from '../workload/pod-template.js';

/** A port-forward as it stands in the options. */
export interface PortForwardSpec {
  /** Port in the pod. */
  port: number;
  /** Port on this machine. Default: the same number; 0: a free one. */
  localPort?: number;
  /** Loopback address to listen on. Default: `127.0.0.1`. */
  host?: '127.0.0.1' | '::1';
  /** `Kind/name` or `name` of a rendered workload. Default: the one under development. */
  workload?: string;
  /** Labels of the pods, in place of a workload. */
  selector?: string;
  /** Namespace of the pods for `selector`. Default: that of the workload under development. */
  namespace?: string;
}

/** Where a forward leads: which pods, and which port of theirs. */
export interface ForwardTarget {
  /** How it is named in messages: `Deployment/ns/name:8080`, `app=registry:5000`. */
  name: string;
  namespace: string;
  labelSelector: string;
  port: number;
  localPort: number;
  host: '127.0.0.1' | '::1';
}

/**
 * The forwards of a project, resolved against its rendered objects. Pure.
 *
 * @param main the workload under development
 * @param defaultNamespace for objects that name none
 * @throws NxKubeError (configuration) naming the option's element
 */
export function forwardTargets(
  specs: readonly PortForwardSpec[],
  main: KubeObject,
  objects: KubeObject[],
  defaultNamespace: string,
): ForwardTarget[] {
  const namespaceOf = (object: KubeObject) => object.metadata.namespace ?? defaultNamespace;
  return specs.map((spec, index) => {
    const field = `portForwards[${index}]`;
    const { port, localPort = port, host = '127.0.0.1', workload, selector } = spec;
    if (workload !== undefined && selector !== undefined) {
      throw new NxKubeError('configuration', `${field} has both "workload" and "selector"`, {
        next: 'Keep the one that names the pods.',
      });
    }
    const common = { port, localPort, host };
    if (selector !== undefined) {
      const namespace = spec.namespace ?? namespaceOf(main);
      return { ...common, name: `${selector}:${port}`, namespace, labelSelector: selector };
    }
    const object = workload === undefined ? main : findObject(workload, objects, field);
    const labels = object['spec'].selector.matchLabels as Record<string, string>;
    return {
      ...common,
      name: `${subject(object)}:${port}`,
      namespace: namespaceOf(object),
      labelSelector: labelSelector(labels),
    };
  });
}

function findObject(workload: string, objects: KubeObject[], field: string): KubeObject {
  const [name, kind] = workload.split('/').reverse();
  const candidates = objects.filter((object) => podSpecOf(object) && object['spec'].selector?.matchLabels);
  const found = candidates.filter((o) => o.metadata.name === name && (!kind || o.kind === kind));
  if (found.length === 1) return found[0]!;
  throw new NxKubeError('configuration', `${field}.workload: there is no workload "${workload}"`, {
    next: `Use one of ${candidates.map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(', ')}.`,
  });
}
