import { readdirSync, type Dirent } from 'node:fs';
import { join, posix } from 'node:path';

/** The Go files of a module. Paths are relative to the module's root, sorted. */
export interface GoFiles {
  /** All but tests. */
  sources: string[];
  /** Directories with Go files, tests included; `.` for the root. */
  packages: string[];
}

/**
 * As for Go itself, directories that hold a module of their own, `vendor`, `testdata` and those whose names begin with `.`
 * or `_` are not part of the module.
 *
 * @param root the module's directory, relative to the workspace root
 */
export function goFiles(workspaceRoot: string, root: string): GoFiles {
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
      if (entry.isDirectory() && !isOutside(entry.name)) visit(within(entry.name));
    }
  };
  visit('');
  return { sources: sources.sort(), packages: packages.sort() };
}

/**
 * Nothing for a directory that may not be read, or is gone by now: whatever lies there (a database's volume, a file system of
 * another user) is no reason to stop every Nx command. If it is Go, `go build` says what is wrong with it.
 */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return [];
    throw error;
  }
}

/** Whether a file lies where Go does not look for modules and packages. */
export function isOutsideModules(file: string): boolean {
  const directory = posix.dirname(file);
  return directory !== '.' && directory.split('/').some(isOutside);
}

function isOutside(directory: string): boolean {
  return /^[._]|^(node_modules|vendor|testdata)$/.test(directory);
}
