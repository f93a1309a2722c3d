import { readFile } from 'node:fs/promises';

/** Whether a process runs. A zombie does not: it has ended, but its parent has not collected its exit code yet. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // The state follows the name, which is in parentheses and may hold any character.
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(status);
}
