import { createHash } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { ApplySetRef, Cluster } from '@nx-kube/cluster';
import { setOf } from './deploy-options.js';

/** The name that a target which makes Secrets has unless a project has several. */
export const usualTarget = 'secrets';

/**
 * The set that owns the Secrets that a project's target made; each target has its own, or they would prune each other.
 * Dots set its name apart: with a hyphen, it would be the set of a project called `<project>-secrets`.
 */
export function secretsSetOf(
  project: string,
  target: string,
  cluster: Pick<Cluster, 'namespace'>,
  owner?: string,
): ApplySetRef {
  const { name, ...where } = setOf(project, cluster, owner);
  return { name: [name, 'secrets', ...(target === usualTarget ? [] : [nameOf(target)])].join('.'), ...where };
}

/**
 * Who applies: this user's workspace on this machine, as a digest. Developers who share a cluster have sets of the same
 * name in their own namespaces.
 */
export function ownerOf(workspaceRoot: string): string {
  const owner = [hostname(), userInfo().username, workspaceRoot].join('\n');
  return createHash('sha256').update(owner).digest('hex').slice(0, 16);
}

/** A part of a name in Kubernetes. A digest keeps apart what differs only in characters that it cannot hold. */
function nameOf(target: string): string {
  const name = target.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const trimmed = name.replace(/^-|-$/g, '');
  if (trimmed === target) return target;
  const digest = createHash('sha256').update(target).digest('hex').slice(0, 8);
  return trimmed ? `${trimmed}-${digest}` : digest;
}
