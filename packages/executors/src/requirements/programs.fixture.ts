import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Puts programs into a folder that print what real ones do when asked for their version. */
export async function putPrograms(folder: string, answers: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, answer] of Object.entries(answers)) {
    // A word of the shell itself, for there may be nothing else on PATH.
    await putProgram(folder, name, `printf '%s\\n' '${answer}'\n`);
  }
}

export async function putProgram(folder: string, name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}`);
  await chmod(join(folder, name), 0o755);
}
