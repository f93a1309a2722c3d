import { NxKubeError } from '@nx-kube/cluster';

/** Something wrong in what the user wrote. Never holds a value, only where it stands. */
export interface Mistake {
  /** What it is about: a file and key path, or a secret and its field. */
  where: string;
  mistake: string;
  /** One imperative sentence, ending in a full stop. */
  next: string;
}

/**
 * One error for all mistakes, so that they can be mended together; a mistake a line, with its next step.
 *
 * @param title introduces several mistakes: "cannot be used" makes "3 mistakes: cannot be used"
 */
export function mistakesError(mistakes: readonly Mistake[], title: string): NxKubeError {
  const [first] = mistakes;
  if (mistakes.length === 1) {
    return new NxKubeError('configuration', `${first!.where}: ${first!.mistake}`, { next: first!.next });
  }
  const lines = mistakes.map(({ where, mistake, next }) => `\n  ${where}: ${mistake} → ${next}`);
  return new NxKubeError('configuration', `${mistakes.length} mistakes: ${title}${lines.join('')}`, {
    next: 'Mend all of them, and run it again.',
  });
}

/** Without those that say what another one says: a rule may stand in two places. Pure. */
export function distinct(mistakes: readonly Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [mistake.where + mistake.mistake, mistake])).values()];
}

/** @throws NxKubeError (configuration) if there is any mistake */
export function requireNoMistakes(mistakes: readonly Mistake[], title: string): void {
  if (mistakes.length > 0) throw mistakesError(mistakes, title);
}
