import { configurationError } from '../files/configuration-error.js';
import { parseStatements, type Statement } from './mod-syntax.js';

export interface Requirement {
  path: string;
  version: string;
}

/** A replacement by a directory: `replace example.com/b v1.2.3 => ../b`. */
export interface LocalReplacement {
  path: string;
  /** Only this version is replaced; every version if absent. */
  version?: string;
  /** Absolute, or relative to the file that says so. */
  directory: string;
}

/** What a go.mod says that matters for the graph. */
export interface GoMod {
  /** The module's path. */
  module: string;
  requires: Requirement[];
  replaces: LocalReplacement[];
}

/**
 * @param file path for messages, relative to the workspace root
 * @throws an error naming file and line where the file is not a go.mod
 */
export function parseGoMod(text: string, file: string): GoMod {
  const statements = parseStatements(text, file);
  const module = statements.find(({ verb }) => verb === 'module')?.args[0];
  if (!module) {
    throw configurationError(`${file} has no module directive`, 'Run "go mod init <module path>" in its directory.');
  }
  return {
    module,
    requires: statements
      .filter(({ verb, args }) => verb === 'require' && args.length >= 2)
      .map(({ args }) => ({ path: args[0]!, version: args[1]! })),
    replaces: localReplacements(statements),
  };
}

/** The `replace` statements that lead to a directory; those that lead to another module's version are left out. */
export function localReplacements(statements: Statement[]): LocalReplacement[] {
  return statements.flatMap(({ verb, args }) => {
    const arrow = args.indexOf('=>');
    const directory = args[arrow + 1];
    if (verb !== 'replace' || arrow < 1 || !directory || !isDirectory(directory)) return [];
    return [{ path: args[0]!, version: arrow > 1 ? args[1] : undefined, directory }];
  });
}

/** Go's own rule: a replacement is a directory only if it is written like one. */
function isDirectory(replacement: string): boolean {
  return /^(\.\.?([/\\]|$)|\/|[A-Za-z]:[/\\])/.test(replacement);
}
