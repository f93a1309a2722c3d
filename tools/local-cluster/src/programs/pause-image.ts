import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../config/layout.js';
import type { Machine } from '../config/machine.js';
import { PAUSE_IMAGE } from '../config/network-plan.js';
import { runProgram } from '../processes/run-program.js';
import type { Build } from './builds.js';
import { containerdImages, importImage } from './containerd-images.js';

/** Imports the pause image, which keeps a pod's namespaces open, into containerd if it is missing. */
export async function ensurePauseImage(layout: Layout, build: Build, machine: Machine, signal: AbortSignal) {
  const present = await containerdImages(layout, ['ls', '-q', `name==${PAUSE_IMAGE}`], signal);
  if (present.trim()) return;
  const folder = mkdtempSync(join(layout.run, 'pause-'));
  try {
    const archive = join(folder, 'pause.tar');
    const program = join(layout.bin, 'image');
    await runProgram(program, [join(build.folder, 'pause'), PAUSE_IMAGE], { signal, outputFile: archive });
    await importImage(layout, machine, archive, signal);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
