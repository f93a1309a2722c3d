import type { ExecutorContext } from '@nx/devkit';
import { siblingOptions } from '../nx/sibling-target.js';
import { withDefaults } from '../settings/defaults.js';
import type { OptionTypes } from './option-types.js';

export type ExecutorName = keyof OptionTypes;

/** The options of an executor, with the defaults of its schema for those that are missing. */
export function filledOptions<Name extends ExecutorName>(
  executor: Name,
  options: OptionTypes[Name]['given'],
): OptionTypes[Name]['filled'] {
  return withDefaults(executor, options) as OptionTypes[Name]['filled'];
}

/**
 * The options of another target of the same project, with the defaults of its executor's schema for those that are
 * missing.
 *
 * @param executor the executor that the target is expected to have; the option that names such a target is called like
 *   it (`goBuild`)
 * @param target name of the target
 * @throws NxKubeError (configuration) where the project has no such target
 */
export function filledSiblingOptions<Name extends ExecutorName>(
  context: ExecutorContext,
  executor: Name,
  target: string,
): OptionTypes[Name]['filled'] {
  const option = executor.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return filledOptions(executor, siblingOptions<OptionTypes[Name]['given']>(context, option, target));
}
