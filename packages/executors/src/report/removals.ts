import { subject, type RemoveSetResult } from '@nx-kube/cluster';

/**
 * What a removal left, for a person: the objects that were kept, and those of others that CRDs hold. Pure.
 *
 * @param options.crds whether the CustomResourceDefinitions were removed too
 */
export function removalLines(
  { removed, kept, foreign }: RemoveSetResult,
  { project, context, crds }: { project: string; context: string; crds: boolean },
): string[] {
  const went = crds ? 'went' : 'would go';
  return [
    ...(removed.length || kept.length ? [] : [`${project} has nothing in ${context}`]),
    ...kept.map((ref) => `${subject(ref)} kept`),
    ...(kept.length
      ? ['  → Run with --crds and --namespaces to remove CustomResourceDefinitions and Namespaces too.']
      : []),
    ...foreign.map((ref) => `${subject(ref)} was made by others, and ${went} with its CRD`),
  ];
}
