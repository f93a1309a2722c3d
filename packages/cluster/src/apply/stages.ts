/** Kinds that others depend on. Applied first, and waited for. */
const definitions = ['CustomResourceDefinition', 'Namespace', 'ClusterRole'];

/** Kinds in the order in which they can depend on each other; kinds not named come between the two lists. */
const early = [
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
/** Last: once they are there, other requests go through webhooks that may not be up yet. */
const late = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

function rankOf(kind: string): number {
  if (definitions.includes(kind)) return 0;
  if (kind.endsWith('Class')) return 1;
  const earlyRank = early.indexOf(kind);
  if (earlyRank >= 0) return 2 + earlyRank;
  const lateRank = late.indexOf(kind);
  return 2 + early.length + (lateRank < 0 ? 0 : 1 + lateRank);
}

/** Groups what has a kind into stages: those of a stage may go at once, stages go one after the other. Deletion goes in reverse. */
export function stages<T>(items: readonly T[], kindOf: (item: T) => string): T[][] {
  const byRank = new Map<number, T[]>();
  for (const item of items) {
    const rank = rankOf(kindOf(item));
    byRank.set(rank, [...(byRank.get(rank) ?? []), item]);
  }
  return [...byRank].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}
