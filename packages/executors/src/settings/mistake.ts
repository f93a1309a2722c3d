import { NxKubeError } from '@nx-kube/cluster';

/** One mistake in what the user wrote. Holds its place, never the value that stands there. */
export interface Mistake {
  /** Subject of the sentence: file and key path, secret and field, or `Kind/namespace/name`. */
  where: string;
  /** Predicate of the sentence, such as "is not known". */
  mistake: string;
  /** One imperative sentence with a full stop. */
  next: string;
}

/**
 * Makes one error of all mistakes, so that the user can fix them in one go. Each mistake has a line with its next step.
 *
 * @param title completes the first line of several mistakes: "in the settings" makes "3 mistakes in the settings:"
 */
export function mistakesError(mistakes: readonly Mistake[], title: string): NxKubeError {
  const [first] = mistakes;
  if (mistakes.length === 1) return new NxKubeError('configuration', sentenceOf(first!), { next: first!.next });
  const lines = mistakes.map((mistake) => `\n  ${sentenceOf(mistake)} → ${mistake.next}`);
  return new NxKubeError('configuration', `${mistakes.length} mistakes ${title}:${lines.join('')}`, {
    next: 'Fix all of them, then run the target again.',
  });
}

/** Returns the mistake as a sentence with one full stop: an API server's message may bring its own. */
function sentenceOf({ where, mistake }: Mistake): string {
  return `${where} ${mistake.replace(/\.$/, '')}.`;
}

/** Returns the mistakes without duplicates: two schemas may hold the same rule. Pure. */
export function distinct(mistakes: readonly Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [mistake.where + mistake.mistake, mistake])).values()];
}

/** @throws NxKubeError (configuration) if `mistakes` is not empty; see `mistakesError` for `title` */
export function requireNoMistakes(mistakes: readonly Mistake[], title: string): void {
  if (mistakes.length > 0) throw mistakesError(mistakes, title);
}
