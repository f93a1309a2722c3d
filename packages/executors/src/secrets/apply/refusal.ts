import { isTransient, NxKubeError } from '@nx-kube/cluster';
import type { Mistake } from '../../settings/mistake.js';

/**
 * Returns the server's refusal of a write as a mistake.
 *
 * @param where the object in messages: `Kind/namespace/name`
 * @param write what the server refuses to let be done to the object
 * @throws `error` if it is no refusal: no answer, a stop, or a bug
 */
export function refusal(where: string, write: 'applied' | 'created' | 'deleted', error: unknown): Mistake {
  if (!(error instanceof NxKubeError) || error.culprit !== 'configuration' || isTransient(error)) throw error;
  const reason = error.message.startsWith(`${where}: `) ? error.message.slice(where.length + 2) : error.message;
  return { where, mistake: `cannot be ${write}: ${reason}`, next: nextStep(error.next) };
}

/** Texts of the API client about manifests, and their counterparts here: these Secrets come from options. */
const adapted: readonly (readonly [string, string])[] = [
  ['in the manifest', 'in the options, or in what its value is read from'],
  ['Remove the fields from the manifest', 'Rename the secret'],
  ['apply with force', 'set force'],
];

function nextStep(next = 'Correct it in the options.'): string {
  return adapted.reduce((text, [from, to]) => text.replace(from, to), next);
}
