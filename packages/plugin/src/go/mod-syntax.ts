import { configurationError } from '../files/configuration-error.js';

/**
 * One statement of a go.mod or go.work file: `replace a => ../b` is `{ verb: 'replace', args: ['a', '=>', '../b'] }`.
 */
export interface Statement {
  verb: string;
  args: string[];
  line: number;
}

/**
 * Parses the statements of a go.mod or go.work file. Blocks (`require ( … )`) are flattened, comments dropped, strings
 * unquoted.
 *
 * @param file path for messages, relative to the workspace root
 * @throws an error with file and line when a string or block is not closed
 */
export function parseStatements(text: string, file: string): Statement[] {
  const statements: Statement[] = [];
  let block: { verb: string; line: number } | undefined;
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const tokens = tokenize(content, `${file}:${line}`);
    if (!tokens.length) continue;
    if (block) {
      if (tokens[0] === ')') block = undefined;
      else statements.push({ verb: block.verb, args: tokens, line });
    } else if (tokens[1] === '(') {
      // `retract ()` is an empty block on one line.
      if (tokens[2] !== ')') block = { verb: tokens[0]!, line };
    } else {
      statements.push({ verb: tokens[0]!, args: tokens.slice(1), line });
    }
  }
  if (block) {
    throw configurationError(
      `${file}:${block.line}: the block "${block.verb} (" is not closed.`,
      'Add the missing ")".',
    );
  }
  return statements;
}

// A token ends at white space, a parenthesis, a quote or a comment, as in golang.org/x/mod/modfile.
const token = /\s*(?:(\/\/.*)|"((?:[^"\\]|\\.)*)"|`([^`]*)`|([()])|((?:(?!\/\/)[^\s()"`])+))/y;

function tokenize(line: string, position: string): string[] {
  const tokens: string[] = [];
  const content = line.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < content.length) {
    const match = token.exec(content);
    if (!match) throw configurationError(`${position}: a string is not closed.`, 'Add the missing quotation mark.');
    const [, comment, quoted, raw, parenthesis, word] = match;
    if (comment !== undefined) break;
    tokens.push(quoted?.replace(/\\(.)/g, '$1') ?? raw ?? parenthesis ?? word!);
  }
  return tokens;
}
