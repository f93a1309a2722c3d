import { readFile } from 'node:fs/promises';

/** Whether a process does anything: one that has died and only waits for its parent to take note (a zombie) does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // After the name, which is in parentheses and may hold anything, comes the state.
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) Z /.test(status);
}
