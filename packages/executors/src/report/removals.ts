import { subject, type RemoveSetResult } from '@nx-kube/cluster';

/**
 * What a removal left, for a person: the objects that were kept, those of others that CRDs hold, and sets of the
 * project in other namespaces. Pure.
 *
 * @param result.elsewhere namespaces with other sets of the project; undefined if they cannot be searched
 * @param at.crds whether the CustomResourceDefinitions were removed too
 */
export function removalLines(
  { removed, kept, foreign, elsewhere }: RemoveSetResult & { elsewhere?: readonly string[] },
  { project, context, crds }: { project: string; context: string; crds: boolean },
): string[] {
  const went = crds ? 'went' : 'would go';
  const nothing = !removed.length && !kept.length;
  return [
    ...(nothing ? [`${project} has nothing in ${context}`] : []),
    ...kept.map((ref) => `${subject(ref)} kept`),
    ...(kept.length
      ? ['  → Run with --crds and --namespaces to remove CustomResourceDefinitions and Namespaces too.']
      : []),
    ...foreign.map((ref) => `${subject(ref)} was made by others, and ${went} with its CRD`),
    ...elsewhereLines(project, elsewhere, nothing),
  ];
}

function elsewhereLines(project: string, elsewhere: readonly string[] | undefined, nothing: boolean): string[] {
  if (elsewhere === undefined) {
    if (!nothing) return [];
    return [
      'Only the namespace of the context was searched: you may not list Secrets in all namespaces.',
      '  → Run with --namespace if it was applied while the context had another namespace.',
    ];
  }
  return elsewhere.flatMap((namespace) => [
    `The namespace ${namespace} holds another ApplySet of ${project}, which stays.`,
    `  → Run nx run ${project}:down --namespace=${namespace} to remove it, if it is yours.`,
  ]);
}
