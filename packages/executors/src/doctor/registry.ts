import { firstNode, localRegistry, type Cluster, isForbidden } from '@nx-kube/cluster';
import { loadCommand } from '../image/registry/load-image.js';
import { repositoryAt } from '../image/registry/registry-address.js';
import { failureOf } from './cluster.js';
import { fail, ok, warn, type Diagnosis } from './diagnosis.js';

const check = 'registry';
/** Time-out (ms) for the registry's answer. */
const answerWithinMs = 5000;

/**
 * Checks the destination of images: the registry must answer. Without a registry, images are loaded into the nodes.
 *
 * @param configured the option `registry`; undefined takes the registry that the cluster announces
 */
export async function diagnoseRegistry(
  cluster: Cluster,
  configured: string | undefined,
  signal?: AbortSignal,
): Promise<Diagnosis> {
  try {
    const registry = configured ?? (await localRegistry(cluster, { signal }));
    if (registry === undefined) {
      const { command } = loadCommand(cluster.context, '', await firstNode(cluster, { signal }));
      return ok(check, `none announced: images are loaded into the nodes with ${command}`);
    }
    const from = configured ? 'the option "registry"' : 'announced by the cluster';
    return await ask(registry, from, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (isForbidden(error)) {
      const message = 'you may not read ConfigMap/kube-public/local-registry-hosting, so no announced registry is used';
      return warn(check, message, 'Name the registry in the option "registry" of kustomize-apply, if there is one.');
    }
    return failureOf(check, error);
  }
}

async function ask(registry: string, from: string, outer?: AbortSignal): Promise<Diagnosis> {
  const { api } = repositoryAt(registry, 'any');
  const timeout = AbortSignal.timeout(answerWithinMs);
  const next = 'Start the registry, or name another one in the option "registry" of kustomize-apply.';
  try {
    const { status } = await fetch(`${api}/v2/`, { signal: outer ? AbortSignal.any([outer, timeout]) : timeout });
    // A registry that requires credentials answers 401.
    if (status === 200 || status === 401) return ok(check, `${registry} (${from}) answers`);
    return fail(check, `${registry} (${from}) is not a registry: ${api}/v2/ answers with status ${status}`, next);
  } catch (error) {
    outer?.throwIfAborted();
    const { cause, message } = error as Error;
    const reason = cause instanceof Error && cause.message ? cause.message : message;
    return fail(check, `${registry} (${from}) does not answer: ${reason}`, next);
  }
}
