import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../process/temporary.js';

/**
 * Replaces a file if its text differs. The new file is renamed into place: a reader sees the old or the new text, never
 * a part, and a watcher gets no event without a change.
 *
 * @returns whether the text differed
 */
export async function writeIfChanged(path: string, text: string): Promise<boolean> {
  if ((await readFile(path, 'utf8').catch(() => undefined)) === text) return false;
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(path, (temporary) => writeFile(temporary, text));
  return true;
}
