import { posix } from 'node:path';
import { shellCommands, shellQuoted, type ShellCommand, type ShellWord } from './shell-commands.js';
import { startsAnyProgram, shellCall, skipWrappers } from './wrappers.js';

/** The place of the program in a command line. */
export interface FoundProgram {
  /** The command line. Wrappers that add nothing are left out. */
  words: string[];
  /** Index of the word that is the program, or of the script that starts it. */
  at: number;
  /** Each place in that script that starts the program: from the program to its last argument. */
  places?: { start: number; end: number }[];
  /** The program as the command line names it. It may hold expansions, such as `$(NAME)`. */
  program: string;
}

/** @property problem why the program was not found, as the end of a sentence */
export type ProgramSearch = FoundProgram | { problem: string };

/** Commands of the shell itself, which are no programs. */
const builtins = new Set(
  '. : [ [[ cd echo exit export eval false kill printf read return set shift source test trap true ulimit umask unset wait'.split(
    ' ',
  ),
);

/**
 * Finds the program that a command line starts, behind wrappers: init programs, `env` and the like, and shells. Pure.
 *
 * @param words the command line
 * @param wanted the word that is the program. Default: the program that the wrappers start
 */
export function findProgram(words: readonly string[], wanted?: string): ProgramSearch {
  const unwrapped = skipWrappers(words);
  if (!unwrapped) return wanted ? wordOf(words, wanted) : { problem: 'the option -S of env hides it' };
  const { at, isPlain } = unwrapped;
  const rest = words.slice(at);
  if (!rest.length) return { problem: `${words.join(' ')} starts no program` };
  const shell = shellCall(rest);
  if (shell?.script !== undefined) return findInScript(words, at + shell.script, isPlain && shell.isPlain, wanted);
  if (wanted) return wordOf(words, wanted);
  if (shell) return { problem: `${rest[0]} reads a script, which may start any program` };
  const program = rest[0]!;
  if (startsAnyProgram(program)) return { problem: `${program} may start any program` };
  return isPlain ? { words: rest, at: 0, program } : { words: [...words], at, program };
}

function wordOf(words: readonly string[], wanted: string): ProgramSearch {
  const at = words.indexOf(wanted);
  return at < 0 ? { problem: `no word of it is ${wanted}` } : { words: [...words], at, program: wanted };
}

/** A command of a script that starts a program. */
interface Call {
  command: ShellCommand;
  /** Index of the program among the words of the command. */
  at: number;
  program: string;
  /** Whether the program takes the place of the shell: `exec`. */
  isLast: boolean;
  isPlain: boolean;
}

function findInScript(words: readonly string[], at: number, isPlain: boolean, wanted?: string): ProgramSearch {
  const commands = shellCommands(words[at]!);
  if (!commands) return { problem: 'its script is not a list of simple commands' };
  const calls = commands.flatMap((command) => callOf(command, words.slice(at + 1)) ?? []);
  const chosen = wanted ? calls.filter(({ program }) => program === wanted) : calls;
  if (wanted && !chosen.length) return { problem: `no command of its script starts ${wanted}` };
  const last = chosen.filter(({ isLast }) => isLast);
  const started = last.length ? last : wanted ? chosen.slice(-1) : lastCommand(commands, calls);
  const [first] = started;
  if (!first) return { problem: 'its script does not end with the program' };
  const { program } = first;
  if (started.some((call) => call.program !== program)) return { problem: 'its script starts several programs' };
  if (shellCall([program]) || startsAnyProgram(program)) return { problem: `${program} may start any program` };
  const isStartedAgain = calls.some((call) => call.program === program && !started.includes(call));
  if (isStartedAgain && !wanted) return { problem: `its script starts ${program} more than once` };

  const plain = isPlain && commands.length === 1 ? plainWords(first) : undefined;
  if (plain) return { words: plain, at: 0, program };
  const places = started.map(({ command, at }) => ({
    start: command.words[at]!.start,
    end: command.words.at(-1)!.end,
  }));
  return { words: [...words], at, places, program };
}

/** Without `exec`, the process is the last command, if the shell waits for it and then ends. */
function lastCommand(commands: readonly ShellCommand[], calls: readonly Call[]): Call[] {
  const last = commands.at(-1)!;
  const before = commands.at(-2)?.operator ?? '';
  if (last.isNested || ['|', '|&'].includes(before) || !['', ';', '\n'].includes(last.operator)) return [];
  return calls.filter(({ command }) => command === last);
}

function callOf(command: ShellCommand, positional: readonly string[]): Call | undefined {
  const { words } = command;
  const assignments = words.findIndex(({ text }) => !/^[A-Za-z_]\w*\+?=/.test(text));
  if (assignments < 0) return undefined;
  const texts = words.slice(assignments).map(({ text }) => text);
  const unwrapped = skipWrappers(texts);
  const word = unwrapped && words[assignments + unwrapped.at];
  if (!word || builtins.has(word.text)) return undefined;
  return {
    command,
    at: assignments + unwrapped.at,
    program: positionalOf(word, positional),
    isLast: texts[0] === 'exec',
    isPlain: assignments === 0 && unwrapped.isPlain,
  };
}

/** The value of `$0`, `$1` and `"$@"`: the words behind the script. */
function positionalOf({ text }: ShellWord, positional: readonly string[]): string {
  if (/^\$(?:[@*]|\{[@*]\})$/.test(text)) return positional[1] ?? text;
  const [, plain, braced] = /^\$(?:(\d)|\{(\d+)\})$/.exec(text) ?? [];
  const index = plain ?? braced;
  return (index !== undefined && positional[Number(index)]) || text;
}

/** The words of a program whose script is this call alone, if the shell takes each of them as it is. */
function plainWords({ command, at, isPlain }: Call): string[] | undefined {
  const words = command.words.slice(at);
  const { hasRedirection, isNested, operator } = command;
  const isAlone = isPlain && !hasRedirection && !isNested && operator !== '&';
  return isAlone && words.every(({ isStatic }) => isStatic) ? words.map(({ text }) => text) : undefined;
}

/**
 * Puts words before the program, and arguments behind its own. Returns a new command line. Pure.
 *
 * @param starter the words that start the program
 * @param more more arguments of the program
 */
export function startedBy({ words, at, places }: FoundProgram, starter: readonly string[], more: readonly string[]) {
  if (!places) return [...words.slice(0, at), ...starter, ...words.slice(at), ...more];
  const quoted = (list: readonly string[]) => list.map(shellQuoted).join(' ');
  const script = [...places].reverse().reduce((text, { start, end }) => {
    const behind = more.length ? ` ${quoted(more)}` : '';
    return `${text.slice(0, start)}${quoted(starter)} ${text.slice(start, end)}${behind}${text.slice(end)}`;
  }, words[at]!);
  return words.with(at, script);
}

/** Whether the command line starts `program`, directly or in a script. Pure. */
export function starts(words: readonly string[], program: string): boolean {
  return words.some((word) => word === program || word.includes(`${program} `));
}

/**
 * The program's path in an image. A bare name is looked up on PATH, a relative path in the working directory.
 *
 * @param folder the folder for a bare name
 */
export function pathOf(program: string, workingDirectory = '/', folder = '/usr/local/bin'): string {
  return program.includes('/') ? posix.resolve('/', workingDirectory, program) : posix.join(folder, program);
}
