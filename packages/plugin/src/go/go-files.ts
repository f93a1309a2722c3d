import { join, posix } from 'node:path';
import { entriesOf } from '../files/list-files.js';

/** The Go files of a module. Paths are relative to the module's root and sorted. */
export interface GoFiles {
  /** All Go files except tests. */
  sources: string[];
  /** Directories with Go files or tests; `.` for the root. */
  packages: string[];
}

/** Names of the other files that `go build` compiles: cgo, assembler and SWIG. */
export const compiled = /\.(c|cc|cpp|cxx|m|h|hh|hpp|hxx|f|F|for|f90|s|S|sx|swig|swigcxx|syso)$/;

/**
 * Lists the Go files of a module. As for Go, these directories are not part of it: other modules, `vendor`, `testdata`,
 * and those whose names begin with `.` or `_`.
 *
 * @param root the module's directory, relative to the workspace root
 * @param others gets the other files that Go compiles
 */
export function goFiles(workspaceRoot: string, root: string, others: string[] = []): GoFiles {
  const sources: string[] = [];
  const packages: string[] = [];
  const top = join(workspaceRoot, root);
  const visit = (directory: string) => {
    const entries = entriesOf(`${top}/${directory}`);
    if (directory && entries.some(({ name }) => name === 'go.mod')) return;
    const files = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.go')).map(({ name }) => name);
    const within = (name: string) => (directory ? `${directory}/${name}` : name);
    if (files.length) packages.push(directory || '.');
    sources.push(...files.filter((name) => !name.endsWith('_test.go')).map(within));
    for (const entry of entries) {
      if (compiled.test(entry.name) && !entry.isDirectory()) others.push(within(entry.name));
      if (entry.isDirectory() && !isOutside(entry.name)) visit(within(entry.name));
    }
  };
  visit('');
  return { sources: sources.sort(), packages: packages.sort() };
}

/** Whether a file is in a directory that Go skips when it looks for modules and packages. */
export function isOutsideModules(file: string): boolean {
  const directory = posix.dirname(file);
  return directory !== '.' && directory.split('/').some(isOutside);
}

function isOutside(directory: string): boolean {
  return /^[._]|^(node_modules|vendor|testdata)$/.test(directory);
}
