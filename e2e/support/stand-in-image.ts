import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { packProgram } from '../../packages/executors/src/image/layer.js';
import { programConfig } from '../../packages/executors/src/image/program-config.js';
import { writeArchive } from '../../packages/executors/src/image/write-archive.js';
import { layoutFor } from '../../tools/local-cluster/src/layout.js';
import { describeMachine } from '../../tools/local-cluster/src/machine.js';
import { repository } from './workspace.js';

/** Gives the embedded cluster's containerd images that cannot be pulled here: all are a program that only answers probes. */
export async function putStandIns(images: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nx-kube-stand-in-'));
  try {
    const file = join(folder, 'stand-in');
    const env = { CGO_ENABLED: '0', GOFLAGS: '' };
    await execa('go', ['build', '-o', file, join(repository, 'e2e/support/stand-in/main.go')], { env });
    const layer = await packProgram({ file, path: '/stand-in' }, join(folder, 'layer'));
    const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
    const platform = { os: 'linux', architecture };
    const config = programConfig({ platform, entrypoint: ['/stand-in'], user: '65532', diffIds: [layer.diffId] });
    for (const image of images) {
      const colon = image.lastIndexOf(':');
      const archive = join(folder, 'image.tar');
      await writeArchive(
        { name: image.slice(0, colon), tag: image.slice(colon + 1), config, layers: [layer] },
        archive,
      );
      await ctr('import', '--snapshotter', describeMachine(layoutFor(process.env), '').snapshotter, archive);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes the images away, so that nobody takes them for what their names say. */
export async function removeStandIns(images: readonly string[]): Promise<void> {
  await ctr('rm', ...images);
}

async function ctr(...args: string[]): Promise<void> {
  await execa('ctr', [
    '--address',
    layoutFor(process.env).containerdSocket,
    '--namespace',
    'k8s.io',
    'images',
    ...args,
  ]);
}
