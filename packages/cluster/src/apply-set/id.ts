import { createHash } from 'node:crypto';

/** Identity of an ApplySet: its parent object. */
export interface ParentIdentity {
  name: string;
  namespace: string;
  kind: string;
  /** API group; empty for core kinds. */
  group: string;
}

/** Computes the id of an ApplySet by KEP-3659, as kubectl does. Pure. */
export function applySetId({ name, namespace, kind, group }: ParentIdentity): string {
  const hash = createHash('sha256').update([name, namespace, kind, group].join('.')).digest('base64url');
  return `applyset-${hash}-v1`;
}
