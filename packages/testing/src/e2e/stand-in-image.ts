import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packProgram } from '@nx-kube/executors/image/archive/layer.js';
import { writeArchive } from '@nx-kube/executors/image/archive/write-archive.js';
import { binaryPlatform } from '@nx-kube/executors/image/build/binary-platform.js';
import { programConfig } from '@nx-kube/executors/image/build/program-config.js';
import { layoutFor } from '@nx-kube/local-cluster/config/layout.js';
import { describeMachine } from '@nx-kube/local-cluster/host/machine.js';
import { containerdImages, importImage } from '@nx-kube/local-cluster/programs/containerd-images.js';
import { execa } from 'execa';
import { repository } from './workspace.js';

const layout = layoutFor(process.env);

/**
 * Loads stand-ins for images that cannot be pulled here into the embedded cluster. Each is a program that only answers
 * probes.
 */
export async function putStandIns(images: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nx-kube-stand-in-'));
  try {
    const file = join(folder, 'stand-in');
    const env = { CGO_ENABLED: '0', GOFLAGS: '' };
    await execa('go', ['build', '-o', file, join(repository, 'packages/testing/src/e2e/stand-in/main.go')], { env });
    const layer = await packProgram({ file, path: '/stand-in' }, join(folder, 'layer'));
    const platform = await binaryPlatform(file);
    const config = programConfig({ platform, entrypoint: ['/stand-in'], user: '65532', diffIds: [layer.diffId] });
    const machine = describeMachine(layout, '');
    for (const image of images) {
      const colon = image.lastIndexOf(':');
      const [name, tag] = [image.slice(0, colon), image.slice(colon + 1)];
      const archive = join(folder, 'image.tar');
      await writeArchive({ name, tag, config, layers: [layer] }, archive);
      await importImage(layout, machine, archive);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes the stand-ins, so that no other test uses them as the real images. */
export async function removeStandIns(images: readonly string[]): Promise<void> {
  await containerdImages(layout, ['rm', ...images]);
}
