import { createRequire } from 'node:module';
import type dockerfileAst from 'dockerfile-ast';
import type shellQuote from 'shell-quote';
import type { Reader } from '../files/facts.js';

const require = createRequire(import.meta.url);

/** Reads the packages that a Dockerfile builds with `go build`. The parsers are loaded on first use. */
export const dockerfileBuilds: Reader<string[]> = { name: 'builds', version: '1', parse: goBuildPackages };

/**
 * The package arguments of the `go build` and `go install` commands in a Dockerfile, as written: `.`, `./cmd/manager`,
 * `cmd/main.go`. Build arguments have their defaults; a package with an unknown one is left out. Pure.
 */
export function goBuildPackages(dockerfile: string): string[] {
  const { DockerfileParser } = require('dockerfile-ast') as typeof dockerfileAst;
  const variables = new Map<string, string>();
  const packages = DockerfileParser.parse(dockerfile)
    .getInstructions()
    .flatMap((instruction) => {
      const keyword = instruction.getKeyword();
      const args = instruction.getArguments().map((argument) => argument.getValue());
      if (keyword === 'ARG' || keyword === 'ENV') setVariables(variables, args);
      return keyword === 'RUN' ? commandsOf(instruction.getRawArgumentsContent() ?? '', variables) : [];
    })
    .flatMap(packagesOf);
  return [...new Set(packages)];
}

function setVariables(variables: Map<string, string>, args: readonly string[]): void {
  const [first = '', second] = args;
  if (!first.includes('=') && second !== undefined) return void variables.set(first, second);
  for (const arg of args) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(arg) ?? [];
    if (name) variables.set(name, value!.replace(/^(["'])(.*)\1$/s, '$2'));
  }
}

/** The words of each command of a shell script. A word with an unknown variable is empty. */
function commandsOf(script: string, variables: ReadonlyMap<string, string>): string[][] {
  const { parse } = require('shell-quote') as typeof shellQuote;
  const text = script.replace(/\\\r?\n/g, ' ').replace(/\n/g, ' ; ');
  if (text.trimStart().startsWith('[')) return [list(text)];
  // ${NAME:-default} is a build argument without a value.
  const plain = text.replace(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, preset: string) => variables.get(name) ?? preset,
  );
  const commands: string[][] = [[]];
  for (const word of parse(plain, (name) => variables.get(name) ?? '')) {
    if (typeof word === 'string') commands.at(-1)!.push(word);
    else if ('op' in word && word.op !== 'glob') commands.push([]);
  }
  return commands;
}

function list(json: string): string[] {
  try {
    return (JSON.parse(json) as unknown[]).map(String);
  } catch {
    return [];
  }
}

/** Flags of `go build` that take a value as the next word. */
const withValue = new Set(
  ['asmflags', 'buildmode', 'compiler', 'gccgoflags', 'gcflags', 'installsuffix', 'ldflags', 'mod', 'modfile', 'o']
    .concat(['overlay', 'p', 'pgo', 'pkgdir', 'tags', 'toolexec', 'C', 'covermode', 'coverpkg'])
    .map((name) => `-${name}`),
);

function packagesOf(words: readonly string[]): string[] {
  const at = words.findIndex((word, i) => /(^|\/)go$/.test(word) && /^(build|install)$/.test(words[i + 1] ?? ''));
  if (at < 0) return [];
  const packages: string[] = [];
  for (let i = at + 2; i < words.length; i++) {
    const word = words[i]!;
    if (withValue.has(word.replace(/^--/, '-'))) i++;
    else if (word && !word.startsWith('-') && !word.includes('...') && !word.includes('@')) packages.push(word);
  }
  return packages;
}
