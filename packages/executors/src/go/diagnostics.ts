import { join, relative } from 'node:path';

/** `go: downloading example.com/x v1.2.3` and the like: go is busy, nothing is wrong. */
export function isProgress(line: string): boolean {
  return /^go: (downloading|extracting|finding|found|added|upgraded) /.test(line);
}

/** A position at the start of a line, indented where it belongs to the line above: `api/types.go:3:6`, `go.mod:4`. */
const position = /^(\s*)([^\s:][^:]*\.(?:go|s|S|c|h|cc|cpp|m|mod|work)):(?=\d)/;

/**
 * A line of go's output with the position at its start, which go writes relative to the folder it runs in, made relative to
 * another folder. Everything else stays as it is; with `from` equal to `to` so does the whole line. Pure.
 *
 * @param from absolute path of the folder that go ran in
 * @param to absolute path of the folder that the reader's terminal is in
 */
export function rebasePosition(line: string, from: string, to: string): string {
  if (from === to) return line;
  return line.replace(position, (whole, indent: string, file: string) =>
    file.startsWith('/') ? whole : `${indent}${relative(to, join(from, file))}:`,
  );
}
