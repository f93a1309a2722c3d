import { readFileSync } from 'node:fs';
import { runProgram } from '../processes/run-program.js';

export interface Mount {
  point: string;
  type: string;
}

/** Parses the mounts in `/proc/<pid>/mountinfo`, oldest first. */
export function parseMounts(mountinfo: string): Mount[] {
  return mountinfo
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      return { point: unescapeOctal(left.split(' ')[4] ?? ''), type: right.split(' ')[0] ?? '' };
    });
}

/** The kernel writes blanks, tabs, line feeds and backslashes of a path as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}

/** Returns the mount points strictly below the folder, newest first: they can be unmounted in this order. */
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
      // The mount is in use: a lazy unmount detaches it now and frees it after its last use.
      await runProgram('umount', ['--lazy', point], { signal });
    }
  }
}
