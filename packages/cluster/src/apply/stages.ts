/** Kinds that others depend on: applied first, and awaited. */
const definitions = ['CustomResourceDefinition', 'Namespace', 'ClusterRole'];

/** Kinds in dependency order. Kinds in neither list come between the two lists. */
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
/** Last: once they exist, other requests go through webhooks that may not be up yet. */
const late = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

function rankOf(kind: string): number {
  if (definitions.includes(kind)) return 0;
  if (kind.endsWith('Class')) return 1;
  const earlyRank = early.indexOf(kind);
  if (earlyRank >= 0) return 2 + earlyRank;
  const lateRank = late.indexOf(kind);
  return 2 + early.length + (lateRank < 0 ? 0 : 1 + lateRank);
}

/**
 * Groups items by the rank of their kind. Items of one stage may run at once; stages run one after the other. Deletion
 * runs in reverse.
 */
export function stages<T>(items: readonly T[], kindOf: (item: T) => string): T[][] {
  const byRank = new Map<number, T[]>();
  for (const item of items) {
    const rank = rankOf(kindOf(item));
    byRank.set(rank, [...(byRank.get(rank) ?? []), item]);
  }
  return [...byRank].sort(([a], [b]) => a - b).map(([, stage]) => stage);
}
