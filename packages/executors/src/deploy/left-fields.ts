import { refOf, subject, type Change, type Conflict, type Ref } from '@nx-kube/cluster';
import { managersOfFlux } from '../flux/take-over.js';
import { agentName } from '../workload/inject-agent.js';
import type { Prepared } from '../workload/mutate.js';

/** Field managers of tools that apply manifests again and again. Two of them would fight about an object. */
const appliers = [...managersOfFlux, 'helm', 'argocd-controller', 'argocd-application-controller'];

/**
 * Option `mayLeave` of `apply`: a field that a person or a controller has changed since stays as they want it. Never
 * left are fields of other appliers, the membership in the set, and what the loop needs in the workload's pod. Pure.
 */
export function mayLeave({
  workload,
  container,
  relaxed,
}: Pick<Prepared, 'workload' | 'container' | 'relaxed'>): (ref: Ref, conflict: Conflict) => boolean {
  const pod = '.spec.template.spec';
  const own = `${pod}.containers[name=${JSON.stringify(container.name)}]`;
  const needed = ['image', 'imagePullPolicy', 'command', 'args'].map((field) => `${own}.${field}`);
  const main = subject(refOf(workload));
  return (ref, { field, manager }) => {
    if (appliers.includes(manager) || field.startsWith('.metadata.labels.applyset.kubernetes.io/')) return false;
    if (subject(ref) !== main || !field.startsWith('.spec.template')) return true;
    const isOfAgent = field.includes(`"${agentName}"`) || [`${pod}.initContainers`, `${pod}.volumes`].includes(field);
    return !relaxed.length && !needed.includes(field) && !isOfAgent;
  };
}

/** Makes a filter that keeps `left` of a change only if it differs from the last time. */
export function onlyNewLeft(): (changes: readonly Change[]) => Change[] {
  const known = new Map<string, string>();
  return (changes) =>
    changes.map(({ left, ...change }) => {
      const now = JSON.stringify(left ?? []);
      const isNew = left && known.get(change.subject) !== now;
      known.set(change.subject, now);
      return isNew ? { ...change, left } : change;
    });
}
