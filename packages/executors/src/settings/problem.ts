import { NxKubeError } from '@nx-kube/cluster';

/** Something wrong in what the user wrote. Never holds a value, only where it stands. */
export interface Problem {
  /** What it is about: a file and key path, or a secret and its field. */
  where: string;
  problem: string;
  /** One imperative sentence, ending in a full stop. */
  next: string;
}

/**
 * One error for all problems, so that they can be mended together; a problem a line, with its next step.
 *
 * @param title introduces several problems: "cannot be used" makes "3 problems: cannot be used"
 */
export function problemsError(problems: readonly Problem[], title: string): NxKubeError {
  const [first] = problems;
  if (problems.length === 1) {
    return new NxKubeError('configuration', `${first!.where}: ${first!.problem}`, { next: first!.next });
  }
  const lines = problems.map(({ where, problem, next }) => `\n  ${where}: ${problem} → ${next}`);
  return new NxKubeError('configuration', `${problems.length} problems: ${title}${lines.join('')}`, {
    next: 'Mend all of them, and run it again.',
  });
}

/** Without those that say what another one says: a rule may stand in two places. Pure. */
export function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [problem.where + problem.problem, problem])).values()];
}

/** @throws NxKubeError (configuration) if there is any problem */
export function requireNoProblems(problems: readonly Problem[], title: string): void {
  if (problems.length > 0) throw problemsError(problems, title);
}
