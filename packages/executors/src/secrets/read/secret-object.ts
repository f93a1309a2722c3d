import type { KubeObject } from '@nx-kube/cluster';

/** A Secret as it is sent: `data` in base64, never `stringData`, which server-side apply could not take away again. */
export interface SecretObject extends KubeObject {
  apiVersion: 'v1';
  kind: 'Secret';
  type: string;
  immutable?: true;
  data: Record<string, string>;
}
