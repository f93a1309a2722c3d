import { NxKubeError } from '@nx-kube/cluster';

/** The file of the object that manifest edits change. */
export const objectFile = 'bench.yaml';

/** Returns a ConfigMap that no pod reads, so that an edit restarts nothing. Pure. */
export function configMap(number: number): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bench\ndata:\n  edit: '${number}'\n`;
}

/** Returns the kustomization with one more resource. Pure. */
export function addResource(kustomization: string, resource: string): string {
  const list = /^resources:\n(\s*)- /m;
  if (!list.test(kustomization)) {
    throw new NxKubeError('configuration', 'config/default/kustomization.yaml has no list of resources.', {
      next: 'Leave the kind "manifest" out with --kinds.',
    });
  }
  return kustomization.replace(list, (_, indent: string) => `resources:\n${indent}- ${resource}\n${indent}- `);
}
