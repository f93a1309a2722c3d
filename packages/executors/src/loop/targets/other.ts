import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { glob } from 'tinyglobby';
import type { LoopTarget } from './loop-target.js';
import type { TaskRunner } from './task-runner.js';

/** A target that is part of the loop beside those that make the controller: a code generator, a script. */
export interface OtherTargetOptions {
  target: string;
  /** What it writes: absolute paths of files and folders, and globs. */
  outputs: readonly string[];
}

/**
 * Any other target: run through Nx, its outputs compared. There is nothing to deliver, for what it writes is an input
 * of other targets, or nobody's; so its content is what says whether it changed anything.
 */
export function otherTarget({ target, outputs }: OtherTargetOptions, runner: TaskRunner): LoopTarget<void> {
  let runs = 0;
  return {
    target,
    async make(signal) {
      const run = await runner.run(target, { signal });
      runs += 1;
      if (!run.ok) return { ok: false, message: run.output.trim() };
      // What has no outputs is run for what it does, and has done it.
      const digest = outputs.length ? await digestOf(outputs) : String(runs);
      return { ok: true, digest, content: undefined };
    },
    async deliver() {
      return { syncMs: 0 };
    },
  };
}

/** Of names and contents of all files; a missing output is one without files. */
async function digestOf(outputs: readonly string[]): Promise<string> {
  const files = await glob(
    outputs.flatMap((output) => [output, `${output}/**`]),
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
