import { createRequire } from 'node:module';
import type yaml from 'js-yaml';
import type { Reader } from '../files/facts.js';

const require = createRequire(import.meta.url);

interface Workload {
  kind?: unknown;
  metadata?: { name?: unknown };
  spec?: { template?: { spec?: { containers?: { name?: unknown; image?: unknown }[] } } };
}

/** Reads the names of the workloads in a file of manifests, of their containers and of their images. */
export const workloadNames: Reader<string[]> = {
  name: 'workloads',
  version: '1',
  parse: (text) => {
    if (!/^kind:\s*["']?(Deployment|StatefulSet|DaemonSet)\b/m.test(text)) return [];
    try {
      const { loadAll } = require('js-yaml') as typeof yaml;
      return (loadAll(text) as (Workload | null)[]).flatMap((object) => (object ? namesOf(object) : []));
    } catch {
      // kustomize reports the mistake when a target runs.
      return [];
    }
  },
};

function namesOf({ kind, metadata, spec }: Workload): string[] {
  if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(String(kind))) return [];
  const containers = spec?.template?.spec?.containers ?? [];
  const names = [metadata?.name, ...containers.flatMap(({ name, image }) => [name, shortImage(image)])];
  return names.filter((name): name is string => typeof name === 'string' && name !== '');
}

/** `registry:5000/team/controller:v1@sha256:…` → `controller`. */
function shortImage(image: unknown): string | undefined {
  return typeof image === 'string'
    ? image
        .split('/')
        .at(-1)!
        .replace(/[:@].*$/, '')
    : undefined;
}
