/**
 * What a Go file is for a program. `stub`: it is of the package main, and has no code that runs. `program`: it has a
 * function main with code. `manager`: that, and it imports controller-runtime or client-go. Undefined: another package,
 * or a file that a build leaves out.
 */
export type MainKind = 'stub' | 'program' | 'manager';

/** Finds out what a Go file is for a program, by its layout, which gofmt fixes. Pure. */
export function mainKind(text: string): MainKind | undefined {
  if (/^\/\/go:build\s+ignore\b/m.test(text)) return undefined;
  const code = withoutComments(text);
  if (!/^\s*package\s+main\b/.test(code)) return code.trim() ? undefined : 'stub';
  const body = /^func\s+main\s*\(\s*\)\s*\{\s*(\S)/m.exec(code);
  if (!body || body[1] === '}') return 'stub';
  return /"(sigs\.k8s\.io\/controller-runtime|k8s\.io\/client-go)[/"]/.test(code) ? 'manager' : 'program';
}

/** Removes comments. Texts and runes are skipped, as they may hold what looks like a comment. */
function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('/') ? ' ' : match,
  );
}

const ranks: MainKind[] = ['stub', 'program', 'manager'];

/** The higher of two kinds. Pure. */
export function higher(a: MainKind | undefined, b: MainKind): MainKind {
  return a && ranks.indexOf(a) > ranks.indexOf(b) ? a : b;
}
