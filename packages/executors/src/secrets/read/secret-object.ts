import type { KubeObject } from '@nx-kube/cluster';

/** A Secret to apply. Has `data` in base64, never `stringData`: server-side apply could not remove its keys later. */
export interface SecretObject extends KubeObject {
  apiVersion: 'v1';
  kind: 'Secret';
  type: string;
  immutable?: true;
  data: Record<string, string>;
}
