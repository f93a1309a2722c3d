import { parseStatements } from './mod-syntax.js';
import { localReplacements, type LocalReplacement } from './parse-go-mod.js';

/** The statements of a go.work that matter for the graph. */
export interface GoWork {
  /** Directories of the workspace's modules, relative to the file. */
  use: string[];
  replaces: LocalReplacement[];
}

/**
 * Parses a go.work.
 *
 * @param file path for messages, relative to the workspace root
 * @throws an error with file and line when the text is malformed
 */
export function parseGoWork(text: string, file: string): GoWork {
  const statements = parseStatements(text, file);
  return {
    use: statements.filter(({ verb, args }) => verb === 'use' && args.length).map(({ args }) => args[0]!),
    replaces: localReplacements(statements),
  };
}
