import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import { escapeFolders } from '../../format/escape-glob.js';
import type { LoopTarget } from './loop-target.js';
import type { TaskRunner } from './task-runner.js';

/** A target of the loop besides those that make the controller: a code generator, a script. */
export interface OtherTargetOptions {
  target: string;
  /** Its outputs: absolute paths of files and folders, and globs. */
  outputs: readonly string[];
}

/**
 * Any other target: it runs through Nx, and the digest of its outputs says whether it changed anything. Nothing is
 * delivered: its outputs may be inputs of other targets.
 */
export function otherTarget({ target, outputs }: OtherTargetOptions, runner: TaskRunner): LoopTarget<void> {
  let runs = 0;
  return {
    target,
    async make(signal) {
      const run = await runner.run(target, { signal });
      runs += 1;
      if (!run.ok) return { ok: false, message: run.output.trim() };
      // A target without outputs runs for its side effects, so each run counts as new.
      const digest = outputs.length ? await digestOf(outputs) : String(runs);
      return { ok: true, digest, content: undefined };
    },
    async deliver() {
      return { syncMs: 0 };
    },
  };
}

/** Returns a digest of names and contents of all files; a missing output has no files. */
async function digestOf(outputs: readonly string[]): Promise<string> {
  const files = await glob(
    outputs.map(escapeFolders).flatMap((output) => [output, `${output}/**`]),
    { absolute: true, dot: true },
  );
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort()) {
    hash.update(`${file}\0`).update(
      createHash('sha256')
        .update(await readFile(file))
        .digest(),
    );
  }
  return hash.digest('hex');
}
