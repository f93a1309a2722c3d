import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cluster } from '@nx-kube/cluster';
import { describe, expect, it, onTestFinished } from 'vitest';
import { packProgram } from '../image/archive/layer.js';
import { writeArchive } from '../image/archive/write-archive.js';
import { programConfig } from '../image/build/program-config.js';
import { podSpecOf } from '../workload/pod-template.js';
import { deployment } from '../workload/workload.fixture.js';
import { prepareObjects } from './prepare-objects.js';

/** The test needs no cluster: nothing is read and nothing is delivered. */
const cluster = {} as Cluster;

/** An image whose entrypoint is a file with this content. */
async function imageWith(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'nx-kube-prepare-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'file'), content);
  const layer = await packProgram({ file: join(folder, 'file'), path: '/entrypoint' }, join(folder, 'layer'));
  const platform = { os: 'linux', architecture: 'amd64' };
  const config = programConfig({ platform, entrypoint: ['/entrypoint'], user: '1', diffIds: [layer.diffId] });
  await writeArchive({ name: 'app', tag: '1', config, layers: [layer] }, join(folder, 'image.tar'));
  return folder;
}

describe('prepareObjects', () => {
  const prepared = async (image: string, more = {}) => {
    const images = {
      image: { reference: 'registry/app:1', entrypoint: ['/entrypoint'], cmd: ['/m'] },
      agentImage: 'a:1',
    };
    const options = { project: 'x', manifests: 'm.yaml', image, stateDirectory: '/nowhere', ...more };
    const objects = [deployment('app', { command: undefined, args: undefined })];
    const { workload } = await prepareObjects(cluster, objects, images, options);
    return podSpecOf(workload)!.containers[0]!.command;
  };

  it('a script of the image is not taken for the binary, and the option names the binary', async () => {
    const image = await imageWith('#!/bin/sh\nexec "$@"\n');
    await expect(prepared(image)).rejects.toMatchObject({
      message:
        'Deployment/demo/app: The image of container "manager" hides the binary: /entrypoint is a script, which may start any program.',
      next: expect.stringContaining('"binaryPath"') as string,
    });
    expect(await prepared(image, { binaryPath: '/m' })).toEqual(['/entrypoint', '/nx-kube/agent', 'run', '--', '/m']);
  });

  it('a program of the image is the binary', async () => {
    const image = await imageWith('\x7fELF');
    expect(await prepared(image)).toEqual(['/nx-kube/agent', 'run', '--', '/entrypoint', '/m']);
  });

  it('the size limit of the volume fits the binary, or is what the option says', async () => {
    const image = await imageWith('\x7fELF');
    const images = { image: { reference: 'registry/app:1', entrypoint: ['/entrypoint'], cmd: [] }, agentImage: 'a:1' };
    const volume = async (more: object) => {
      const options = { project: 'x', manifests: 'm.yaml', image, stateDirectory: '/nowhere', ...more };
      const { workload } = await prepareObjects(cluster, [deployment('app')], images, options);
      return podSpecOf(workload)!.volumes;
    };
    expect(await volume({ binary: join(image, 'file') })).toMatchObject([{ emptyDir: { sizeLimit: '256Mi' } }]);
    expect(await volume({ agentVolumeSize: '100Mi' })).toMatchObject([{ emptyDir: { sizeLimit: '100Mi' } }]);
  });
});
