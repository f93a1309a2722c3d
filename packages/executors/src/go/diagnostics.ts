import { join, relative } from 'node:path';

/** Whether a line of go reports progress, such as `go: downloading example.com/x v1.2.3`, and not an error. */
export function isProgress(line: string): boolean {
  return /^go: (downloading|extracting|finding|found|added|upgraded) /.test(line);
}

/**
 * A position at the start of a line, such as `api/types.go:3:6` or `go.mod:4`. An indented one belongs to the line
 * above.
 */
const position = /^(\s*)([^\s:][^:]*\.(?:go|s|S|c|h|cc|cpp|m|mod|work)):(?=\d)/;

/**
 * Rewrites the position at the start of a line of go's output, which is relative to go's folder, relative to another
 * folder. The rest of the line stays the same, and so does the whole line when the folders are equal. Pure.
 *
 * @param from absolute path of the folder in which go ran
 * @param to absolute path of the folder of the reader's terminal
 */
export function rebasePosition(line: string, from: string, to: string): string {
  if (from === to) return line;
  return line.replace(position, (whole, indent: string, file: string) =>
    file.startsWith('/') ? whole : `${indent}${relative(to, join(from, file))}:`,
  );
}
