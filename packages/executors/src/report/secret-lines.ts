import type { Change } from '@nx-kube/cluster';
import type { Dependents } from '../events/events.js';
import { changedLines, changeLines } from './changes.js';

/**
 * One line for each Secret that changed, with the names of its keys, and one below it for each object that uses it.
 * Pure.
 */
export function secretLines(changes: Change[], { dependents, unseen }: Dependents) {
  const lines = changes.flatMap((change) => {
    const users = dependents.filter(({ secret }) => secret === change.subject);
    return [
      ...changedLines([change]),
      ...users.map(({ subject, uses }) => `  used by ${subject} (${uses.join(', ')})`),
    ];
  });
  const unchanged = changes.filter(({ action }) => action === 'unchanged');
  const stale = dependents.some(({ uses }) => uses.includes('env') || uses.includes('envFrom'));
  return [
    ...lines,
    ...changeLines(unchanged),
    ...(unseen.length > 0 ? [`Who else uses them is not known: listing ${unseen.join(', ')} is forbidden`] : []),
    ...(stale
      ? ['  → Environment variables are read when a container starts: restart what uses them by env or envFrom.']
      : []),
    ...(dependents.some(({ uses }) => uses.includes('subPath'))
      ? ['  → Files that are mounted by subPath stay as they were: restart what uses them by subPath.']
      : []),
  ];
}
