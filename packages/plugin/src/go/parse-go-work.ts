import { parseStatements } from './mod-syntax.js';
import { localReplacements, type LocalReplacement } from './parse-go-mod.js';

/** What a go.work says that matters for the graph. */
export interface GoWork {
  /** Directories of the workspace's modules, relative to the file. */
  use: string[];
  replaces: LocalReplacement[];
}

/**
 * @param file path for messages, relative to the workspace root
 * @throws an error naming file and line where the file is not a go.work
 */
export function parseGoWork(text: string, file: string): GoWork {
  const statements = parseStatements(text, file);
  return {
    use: statements.filter(({ verb, args }) => verb === 'use' && args.length).map(({ args }) => args[0]!),
    replaces: localReplacements(statements),
  };
}
