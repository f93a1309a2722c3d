import { groupOf, type Ref } from '../object/kube-object.js';

/** Key of an object in any version of its kind. Pure. */
export function knownKey({ apiVersion, kind, namespace, name }: Ref): string {
  return [groupOf(apiVersion), kind, namespace ?? '', name].join('/');
}
