import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Replaces words in the files of a folder and in their names. Leaves checksums and links alone. */
export function renameIn(folder: string, words: Record<string, string>): void {
  const replaced = (text: string) =>
    Object.entries(words).reduce((current, [from, to]) => current.replaceAll(from, to), text);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink()) continue;
    if (entry.isDirectory()) renameIn(path, words);
    else if (entry.name !== 'go.sum') writeFileSync(path, replaced(readFileSync(path, 'utf8')));
    renameSync(path, join(folder, replaced(entry.name)));
  }
}
