import { posix } from 'node:path';

/** How a program that starts another one takes its own arguments. */
interface Wrapper {
  /** Options whose value is the next word. */
  valued?: string[];
  /** Number of words between the options and the program. Default: 0. */
  operands?: number;
  /** Whether `NAME=value` words stand before the program. */
  assigns?: boolean;
  /** Options that leave the meaning of the program as it is. Only an init program has a list. */
  plain?: RegExp;
}

const init = { plain: /^(?:--|-[svw]+|--verbose)$/ };

/** Programs that start the program that follows them on their command line. */
const wrappers: Record<string, Wrapper> = {
  tini: { ...init, valued: ['-p', '-e'] },
  'tini-static': { ...init, valued: ['-p', '-e'] },
  'docker-init': { ...init, valued: ['-p', '-e'] },
  'dumb-init': { ...init, valued: ['-r', '--rewrite'] },
  catatonit: { ...init },
  env: { valued: ['-u', '--unset', '-C', '--chdir'], assigns: true },
  nice: { valued: ['-n', '--adjustment'] },
  ionice: { valued: ['-c', '--class', '-n', '--classdata'] },
  chrt: { operands: 1 },
  taskset: { operands: 1 },
  nohup: {},
  setsid: {},
  setarch: {},
  stdbuf: { valued: ['-i', '-o', '-e', '--input', '--output', '--error'] },
  timeout: { valued: ['-k', '--kill-after', '-s', '--signal'], operands: 1 },
  prlimit: {},
  setpriv: { valued: ['--reuid', '--regid', '--groups', '--inh-caps', '--ambient-caps', '--bounding-set'] },
  chroot: { operands: 1 },
  gosu: { operands: 1 },
  'su-exec': { operands: 1 },
  chpst: { valued: ['-u', '-U', '-b', '-e', '-/', '-n', '-l', '-L', '-m', '-d', '-o', '-p', '-f', '-c', '-r', '-t'] },
  busybox: {},
  // Words of the shell itself.
  exec: { valued: ['-a'] },
  command: {},
};

const shells = new Set(['sh', 'bash', 'ash', 'dash', 'ksh', 'mksh', 'zsh']);
/** Interpreters, supervisors, debuggers and builders: their command line does not tell what they start. */
const startsAnything = new Set(
  'perl ruby node make supervisord s6-svscan runsvdir dlv gdb strace ltrace perf go air reflex entr watchexec'.split(
    ' ',
  ),
);
/** Files that an interpreter reads, and interpreters whose names have a version. */
const readsScript = /^(?:python[\d.]*|.+\.(?:sh|bash|py|pl|rb|js))$/;

export interface Unwrapped {
  /** Index of the first word that belongs to the program, or to a shell or script that starts it. */
  at: number;
  /** Whether the program alone has the same meaning under the agent, which is an init program itself. */
  isPlain: boolean;
}

/**
 * Skips the wrappers at the beginning of a command line. Pure.
 *
 * @param words the words without quotes
 * @returns undefined if a wrapper reads its command in another way: `env -S`
 */
export function skipWrappers(words: readonly string[]): Unwrapped | undefined {
  let at = 0;
  let isPlain = true;
  for (;;) {
    const name = posix.basename(words[at] ?? '');
    const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
    if (!wrapper) return { at, isPlain };
    at += 1;
    if (!wrapper.plain && name !== 'exec') isPlain = false;
    for (let word; (word = words[at])?.startsWith('-') && word.length > 1; at += 1) {
      if (name === 'env' && /^(?:-\w*S|--split-string)/.test(word)) return undefined;
      if (name !== 'exec' && !wrapper.plain?.test(word)) isPlain = false;
      if (name === 'exec') isPlain = false;
      if (wrapper.valued?.includes(word)) at += 1;
      if (word === '--') {
        at += 1;
        break;
      }
    }
    while (wrapper.assigns && /^[A-Za-z_]\w*=/.test(words[at] ?? '')) at += 1;
    at += wrapper.operands ?? 0;
  }
}

/** The script of `sh -c SCRIPT`. */
export interface ShellCall {
  /** Index of the script among the words; undefined for a shell that reads a file or its input. */
  script?: number;
  /** Whether the shell has no option that changes what the script does. */
  isPlain: boolean;
}

/** Reads the command line of a shell. Returns undefined for another program. Pure. */
export function shellCall(words: readonly string[]): ShellCall | undefined {
  if (!shells.has(posix.basename(words[0] ?? ''))) return undefined;
  let at = 1;
  let reads = false;
  let isPlain = true;
  for (let word; (word = words[at])?.match(/^[-+]./); at += 1) {
    if (word === '--') {
      at += 1;
      break;
    }
    if (word.startsWith('--')) {
      isPlain = false;
      if (/^--(?:rcfile|init-file)$/.test(word)) at += 1;
      continue;
    }
    if (word.includes('c')) reads = true;
    if (!/^-[ceu]+$/.test(word)) isPlain = false;
    // The name of an option follows: `-o pipefail`, `-eo pipefail`.
    if (/[oO]$/.test(word)) at += 1;
  }
  return reads && at < words.length ? { script: at, isPlain } : { isPlain };
}

/** Whether a program or script is known to start another program that cannot be read from its command line. Pure. */
export function startsAnyProgram(program: string): boolean {
  const name = posix.basename(program);
  return startsAnything.has(name) || readsScript.test(name);
}
