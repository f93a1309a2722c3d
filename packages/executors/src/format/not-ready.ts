import { subject, type ObjectStatus, type Ref } from '@nx-kube/cluster';

/** What an object that is not ready yet waits for: `0 of 1 pods of StatefulSet/demo/app are ready`. Pure. */
export function notReady(ref: Ref, { message }: Pick<ObjectStatus, 'message'>): string {
  const [, count, rest] = /^(\d+ of \d+) (?:replicas|pods) (.*)$/s.exec(message) ?? [];
  return count ? `${count} pods of ${subject(ref)} ${rest}` : `${subject(ref)}: ${message}`;
}
