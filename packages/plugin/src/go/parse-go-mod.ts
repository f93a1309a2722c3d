import { configurationError } from '../files/configuration-error.js';
import { parseStatements, type Statement } from './mod-syntax.js';

export interface Requirement {
  path: string;
  version: string;
}

/** A replacement by a directory: `replace example.com/b v1.2.3 => ../b`. */
export interface LocalReplacement {
  path: string;
  /** The version that is replaced. Default: every version. */
  version?: string;
  /** Absolute path, or path relative to the file with the statement. */
  directory: string;
}

/** The statements of a go.mod that matter for the graph. */
export interface GoMod {
  /** Module path. */
  module: string;
  requires: Requirement[];
  replaces: LocalReplacement[];
}

/**
 * Parses a go.mod.
 *
 * @param file path for messages, relative to the workspace root
 * @throws an error with file and line when the text is malformed
 */
export function parseGoMod(text: string, file: string): GoMod {
  const statements = parseStatements(text, file);
  const module = statements.find(({ verb }) => verb === 'module')?.args[0];
  if (!module) {
    throw configurationError(`${file} has no module directive.`, 'Run "go mod init <module path>" in its directory.');
  }
  return {
    module,
    requires: statements
      .filter(({ verb, args }) => verb === 'require' && args.length >= 2)
      .map(({ args }) => ({ path: args[0]!, version: args[1]! })),
    replaces: localReplacements(statements),
  };
}

/** The `replace` statements with a directory. Those with another module's version are left out. */
export function localReplacements(statements: Statement[]): LocalReplacement[] {
  return statements.flatMap(({ verb, args }) => {
    const arrow = args.indexOf('=>');
    const directory = args[arrow + 1];
    if (verb !== 'replace' || arrow < 1 || !directory || !isDirectory(directory)) return [];
    return [{ path: args[0]!, version: arrow > 1 ? args[1] : undefined, directory }];
  });
}

/** Whether a replacement is a directory, by Go's rule: it must begin like a path. */
function isDirectory(replacement: string): boolean {
  return /^(\.\.?([/\\]|$)|\/|[A-Za-z]:[/\\])/.test(replacement);
}
