import { NxKubeError } from '@nx-kube/cluster';

/** The first line of a Reconcile method. */
export const reconcileMethod = /^func \([^)]*\) Reconcile\([^\n]*\{$/m;
/** The first line of an exported function. */
export const exportedFunction = /^func [A-Z]\w*\([^\n]*\{$/m;
/** A constant whose text contains a space: it is prose, so a change breaks no name. */
export const proseConstant = /^(const \w+ = ")([^"\\\n]* [^"\\\n]*)"$/m;
/** A comment line that no tool reads. */
const plainComment = /^(\s*\/\/ (?!\+)[^\n]*)$/m;

const mark = / \[bench \d+\]$/;

/** Changes words of the first comment, on the same line. Pure. */
export function changeComment(source: string, number: number): string {
  return replace(source, plainComment, 'a comment', (line) => `${line.replace(mark, '')} [bench ${number}]`);
}

/** Adds a comment line at the beginning of a function, which moves the lines below. Pure. */
export function addCommentLine(source: string, number: number, functionHead: RegExp): string {
  return replace(source, functionHead, 'the function', (head) => `${head}\n\t// Edit ${number} of the benchmark.`);
}

/** Changes the text of the first prose constant. Pure. */
export function changeString(source: string, number: number): string {
  return replace(source, proseConstant, 'a constant with prose', (_, before: string, text: string) => {
    return `${before}${text.replace(mark, '')} [bench ${number}]"`;
  });
}

/** Adds a statement at the beginning of a function. It needs no import. Pure. */
export function addStatement(source: string, number: number, functionHead: RegExp): string {
  return replace(source, functionHead, 'the function', (head) => `${head}\n\tprintln("bench", ${number})`);
}

/** Returns the package name of a file. Pure. */
export function packageOf(source: string): string {
  const [, name] = /^package (\w+)/m.exec(source) ?? [];
  if (!name) throw missing('a package clause');
  return name;
}

/** Returns a file with a type, a method, and a use of both that the linker cannot drop. Pure. */
export function typeFile(packageName: string, number: number): string {
  return `package ${packageName}

import "fmt"

// bench${number} is a type that edit ${number} of the benchmark adds.
type bench${number} struct {
	Name  string
	Ready bool
	Count int
}

// String sums it up.
func (b bench${number}) String() string {
	return fmt.Sprintf("%s is ready: %t, %d times", b.Name, b.Ready, b.Count)
}

func init() {
	if fmt.Sprint(bench${number}{Name: "bench ${number}"}) == "" {
		panic("bench ${number}")
	}
}
`;
}

function replace(source: string, pattern: RegExp, what: string, by: (...match: string[]) => string): string {
  if (!pattern.test(source)) throw missing(what);
  return source.replace(pattern, by);
}

function missing(what: string): NxKubeError {
  return new NxKubeError('bug', `The file to edit has no ${what}.`);
}
