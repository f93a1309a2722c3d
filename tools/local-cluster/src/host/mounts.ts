import { readFileSync } from 'node:fs';
import { runProgram } from '../processes/run-program.js';

export interface Mount {
  point: string;
  type: string;
}

/** Mounts out of `/proc/<pid>/mountinfo`, in the order in which they were made. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      return { point: unescapeOctal(left.split(' ')[4] ?? ''), type: right.split(' ')[0] ?? '' };
    });
}

/** The kernel writes blanks, tabs, newlines and backslashes of a path as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** Mount points strictly below the folder, the newest first: that order can be unmounted. */
export function mountsBelow(folder: string, mountinfo = readFileSync('/proc/self/mountinfo', 'utf8')): string[] {
  return parseMounts(mountinfo)
    .map(({ point }) => point)
    .filter((point) => point.startsWith(`${folder}/`))
    .reverse();
}

export async function unmountBelow(folder: string, signal: AbortSignal): Promise<void> {
  for (const point of mountsBelow(folder)) {
    try {
      await runProgram('umount', [point], { signal });
    } catch {
      signal.throwIfAborted();
      // Something still uses it: it leaves the tree of mounts now, and ends with its last user.
      await runProgram('umount', ['--lazy', point], { signal });
    }
  }
}
