import { isTransient, NxKubeError } from '@nx-kube/cluster';
import type { Mistake } from '../../settings/mistake.js';

/**
 * A refusal as a mistake among others. What is no refusal (no answer, a stop, a bug) is thrown again.
 *
 * @param where the object, as messages name it
 */
export function refusal(where: string, error: unknown): Mistake {
  if (!(error instanceof NxKubeError) || error.culprit !== 'configuration' || isTransient(error)) throw error;
  const mistake = error.message.startsWith(`${where}: `) ? error.message.slice(where.length + 2) : error.message;
  return { where, mistake, next: nextStep(error.next) };
}

/** The API client speaks of manifests, which there are none of here. */
const adapted: readonly (readonly [string, string])[] = [
  ['in the manifest', 'in the options, or in what its value is read from'],
  ['Remove the fields from the manifest', 'Rename the secret'],
  ['apply with force', 'set force'],
];

function nextStep(next = 'Correct it in the options.'): string {
  return adapted.reduce((text, [from, to]) => text.replace(from, to), next);
}
