import type { KubeObject } from '@nx-kube/cluster';
import { containersOf, podSpecOf, type Container, type PodSpec } from './pod-template.js';

/** A ConfigMap or Secret in the namespace of what uses it. */
export interface Config {
  kind: string;
  name: string;
}

/**
 * How a pod uses a ConfigMap or Secret. `env` and `envFrom`: read when a container starts. `subPath`: mounted as single
 * files, which stay as they were at the start of the container. `init`: in a container that has ended. `files`: mounted
 * as a folder, which follows within about a minute.
 */
export type ConfigUse = 'env' | 'envFrom' | 'subPath' | 'init' | 'files';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- fields of built-in kinds, each looked at with `?.`
type Fields = Record<string, any>;

/** Returns the ways in which the pods of an object use a ConfigMap or Secret. Pure. */
export function configUses(object: KubeObject, config: Config): ConfigUse[] {
  const spec = podSpecOf(object);
  if (!spec) return [];
  const volumes = new Set(
    list(spec.volumes)
      .filter((volume) => holds(volume, config))
      .map(({ name }) => name as string),
  );
  const uses = containersOf(spec).flatMap((container) => {
    const here = usesIn(container, config, volumes);
    // What has read it is not there any more.
    return here.length && endsEarly(container, spec) ? ['init' as const] : here;
  });
  return [...new Set(uses)];
}

/** Whether a running pod does not see the change of what it uses so. Pure. */
export function staysAsItWas(use: ConfigUse): boolean {
  return use !== 'files';
}

function usesIn(container: Container, config: Config, volumes: ReadonlySet<string>): ConfigUse[] {
  const [keyRef, ref] = config.kind === 'Secret' ? ['secretKeyRef', 'secretRef'] : ['configMapKeyRef', 'configMapRef'];
  const mounts = list(container.volumeMounts).filter(({ name }) => volumes.has(name as string));
  const isSingle = ({ subPath, subPathExpr }: Fields) => Boolean(subPath || subPathExpr);
  const uses: [ConfigUse, boolean][] = [
    ['env', list(container['env']).some((one) => one['valueFrom']?.[keyRef]?.name === config.name)],
    ['envFrom', list(container['envFrom']).some((one) => one[ref]?.name === config.name)],
    ['subPath', mounts.some(isSingle)],
    ['files', mounts.some((mount) => !isSingle(mount))],
  ];
  return uses.flatMap(([use, is]) => (is ? [use] : []));
}

function endsEarly({ name, restartPolicy }: Container, { initContainers = [] }: PodSpec): boolean {
  return restartPolicy !== 'Always' && initContainers.some((one) => one.name === name);
}

/** Whether a volume, projected ones included, holds a ConfigMap or Secret. */
function holds(volume: Fields, { kind, name }: Config): boolean {
  const isIt = (source: Fields, key: string) =>
    kind === 'Secret' ? source['secret']?.[key] === name : source['configMap']?.name === name;
  return isIt(volume, 'secretName') || list(volume['projected']?.sources).some((source) => isIt(source, 'name'));
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? (value as Fields[]) : [];
}
