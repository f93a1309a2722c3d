import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes programs into a folder that print the version answers of real ones. */
export async function putPrograms(folder: string, answers: Record<string, string>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, answer] of Object.entries(answers)) {
    // A shell builtin, as nothing else may be on PATH.
    await putProgram(folder, name, `printf '%s\\n' '${answer}'\n`);
  }
}

export async function putProgram(folder: string, name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}`);
  await chmod(join(folder, name), 0o755);
}
