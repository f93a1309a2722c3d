import type { KubeObject } from '@nx-kube/cluster';
import type { Applied } from '../deploy/apply-manifests.js';
import { formatManifests } from '../kustomize/format-manifests.js';
import { changeLines } from './changes.js';

/** What would be applied, as YAML with the values of Secrets left out, and what would change and be pruned. Pure. */
export function dryRunText({ objects, changes }: Applied, forceWith?: string): string {
  return `${formatManifests(objects.map(withoutSecrets))}---\n# ${changeLines(changes, forceWith).join('\n# ')}`;
}

function withoutSecrets(object: KubeObject): KubeObject {
  if (object.kind !== 'Secret') return object;
  const hidden = (values: Record<string, unknown> | undefined) =>
    values && Object.fromEntries(Object.keys(values).map((key) => [key, '***']));
  return { ...object, data: hidden(object['data']), stringData: hidden(object['stringData']) };
}
