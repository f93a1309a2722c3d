import { membersOf, subject, type Cluster } from '@nx-kube/cluster';

/** Reads the objects of a project's set, by subject, with the resourceVersion of each. */
export async function versionsOfSet(cluster: Cluster, project: string): Promise<Record<string, string>> {
  const members = await membersOf(cluster, { name: `nx-kube-${project}`, namespace: cluster.namespace });
  const versions = members.map(({ ref, object }) => [subject(ref), object.metadata.resourceVersion!] as const);
  return Object.fromEntries(versions.sort(([a], [b]) => a.localeCompare(b)));
}
