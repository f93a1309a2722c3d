/** A word of a shell script. */
export interface ShellWord {
  /** Place of the word in the script: its first character, and the one after its last. */
  start: number;
  end: number;
  /** The word without its quotes. Expansions stay as they are written. */
  text: string;
  /** Whether the shell takes `text` as it is: the word has no expansion and no pattern. */
  isStatic: boolean;
  /** Whether a part of the word is quoted, so that it is no reserved word. */
  isQuoted: boolean;
}

/** A simple command of a shell script, without its redirections. */
export interface ShellCommand {
  words: ShellWord[];
  /** The operator behind it: `;`, `&&`, `|`, `&` and so on; empty at the end of the script. */
  operator: string;
  hasRedirection: boolean;
  /** Whether it stands in a condition, a loop, a group or a subshell. */
  isNested: boolean;
}

const operators = [';;', '&&', '||', '|&', ';', '&', '|', '(', ')', '\n'];
const redirection = /^(?:\d*)(?:<<<|<<-?|<>|<&|>>|>&|>\||&>>|&>|<|>)/;
/** Reserved words that stand before a command. */
const before = new Set(['if', 'then', 'else', 'elif', 'while', 'until', 'do', '!', '{', 'time']);
const endsBlock = new Set(['fi', 'done', '}']);

/**
 * Reads the simple commands of a script for a POSIX shell, in order. Pure.
 *
 * @returns undefined for a script that this reader does not understand: here-documents, functions, `for`, `case` and
 *   quotes that are not closed
 */
export function shellCommands(script: string): ShellCommand[] | undefined {
  const commands: ShellCommand[] = [];
  let current: ShellCommand = { words: [], operator: '', hasRedirection: false, isNested: false };
  let depth = 0;
  let isTarget = false;
  const end = (operator: string) => {
    current.operator = operator;
    current.isNested = depth > 0;
    if (current.words.length || current.hasRedirection) commands.push(current);
    current = { words: [], operator: '', hasRedirection: false, isNested: false };
  };
  for (let at = 0; at < script.length;) {
    const rest = script.slice(at);
    const redirected = redirection.exec(rest)?.[0];
    const operator = operators.find((one) => rest.startsWith(one));
    if (/^(?:[ \t\r]|\\\n)/.test(rest)) at += rest.startsWith('\\') ? 2 : 1;
    else if (rest.startsWith('#')) at += rest.indexOf('\n') < 0 ? rest.length : rest.indexOf('\n');
    else if (redirected) {
      if (redirected.includes('<<')) return undefined;
      current.hasRedirection = isTarget = true;
      at += redirected.length;
    } else if (operator) {
      // A function, or an operator where the target of a redirection belongs.
      if (isTarget || (operator === '(' && current.words.length)) return undefined;
      end(operator);
      if (operator === '(') depth += 1;
      if (operator === ')') depth -= 1;
      at += operator.length;
    } else {
      const word = readWord(script, at);
      if (!word) return undefined;
      at = word.end;
      if (isTarget) isTarget = false;
      else if (current.words.length || word.isQuoted) current.words.push(word);
      else if (['for', 'case', 'select', 'function'].includes(word.text)) return undefined;
      else if (before.has(word.text)) depth += ['if', 'while', 'until', '{'].includes(word.text) ? 1 : 0;
      else if (endsBlock.has(word.text)) depth -= 1;
      else current.words.push(word);
    }
  }
  if (isTarget) return undefined;
  end('');
  return depth === 0 ? commands : undefined;
}

/** Reads one word. Returns undefined if a quote or an expansion is not closed. */
function readWord(script: string, start: number): ShellWord | undefined {
  const word = { start, end: start, text: '', isStatic: true, isQuoted: false };
  let isDouble = false;
  let at = start;
  for (; at < script.length;) {
    const char = script[at]!;
    if (char === '\\') {
      const next = script[at + 1] ?? '';
      const escapes = !isDouble || '$`"\\\n'.includes(next);
      if (next !== '\n') word.text += escapes ? next : char + next;
      word.isQuoted = true;
      at += 2;
    } else if (char === '"') {
      isDouble = !isDouble;
      word.isQuoted = true;
      at += 1;
    } else if (char === "'" && !isDouble) {
      const close = script.indexOf("'", at + 1);
      if (close < 0) return undefined;
      word.text += script.slice(at + 1, close);
      word.isQuoted = true;
      at = close + 1;
    } else if (char === '$' || char === '`') {
      const close = endOfExpansion(script, at);
      if (close === undefined) return undefined;
      if (close > at + 1) word.isStatic = false;
      word.text += script.slice(at, close);
      at = close;
    } else {
      if (!isDouble && /[\s;&|()<>]/.test(char)) break;
      if (!isDouble && (/[*?[{]/.test(char) || (char === '~' && at === start))) word.isStatic = false;
      word.text += char;
      at += 1;
    }
  }
  return isDouble ? undefined : { ...word, end: at };
}

/** The place after an expansion: `$NAME`, `${…}`, `$(…)`, `$@` or backquotes. A dollar alone stands for itself. */
function endOfExpansion(script: string, at: number): number | undefined {
  const [close, open] = script[at] === '`' ? ['`'] : script[at + 1] === '(' ? [')', '('] : ['}', '{'];
  if (script[at] === '`' || script[at + 1] === '(' || script[at + 1] === '{') {
    let depth = 0;
    for (let i = at + 1; i < script.length; i += 1) {
      if (script[i] === '\\') i += 1;
      else if (script[i] === open) depth += 1;
      else if (script[i] === close && (close === '`' || (depth -= 1) === 0)) return i + 1;
    }
    return undefined;
  }
  const [name] = /^(?:[A-Za-z_]\w*|[@*#?$!\d-])/.exec(script.slice(at + 1)) ?? [''];
  return at + 1 + name.length;
}

/** Quotes a word for a POSIX shell. Pure. */
export function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
