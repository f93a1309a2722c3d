import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ImageConfig } from '../image/archive/oci.js';
import { readArchive } from '../image/archive/read-archive.js';
import { listTar } from '../image/archive/tar.fixture.js';
import { buildImage } from '../image/build/build.js';
import { elf } from '../image/build/program.fixture.js';
import { currentImage } from './current-image.js';

/** The registry of the options makes the cluster unnecessary. */
const cluster = {} as Cluster;
let folder: string;
let options: { image: string; binary: string; stateDirectory: string; registry: string };
let pushed: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-current-'));
  pushed = [];
  const server = createServer(({ method, url = '' }, response) => {
    if (method === 'PUT') pushed.push(url);
    response.writeHead(method === 'PUT' ? 201 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await mkdir(join(folder, 'bin'));
  const binary = join(folder, 'bin/manager');
  await writeFile(binary, elf('amd64'));
  options = { image: join(folder, 'image'), binary, stateDirectory: join(folder, 'state'), registry };
  const from = { baseImage: 'scratch', binaryPath: '/app/manager', user: '65532', labels: {} };
  await buildImage({ name: 'app', output: options.image, binary, from });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const delivered = async (dryRun = false) => {
  const result = await currentImage(cluster, options, '/app/manager', { dryRun });
  if ('problem' in result) throw new Error(result.problem);
  return result.reference;
};

describe('currentImage (with a fake registry)', () => {
  it('the image has the current binary over the one that it was built with', async () => {
    await writeFile(options.binary, elf('amd64', 'newer code'));
    const reference = await delivered();
    const [archive] = await readdir(join(options.stateDirectory, 'current-image'));
    expect(`${options.registry}/app:${archive!.replace('.tar', '')}`).toBe(reference);
    const { config, layers } = await readArchive(join(options.stateDirectory, 'current-image', archive!));
    expect(layers).toHaveLength(2);
    const parsed = JSON.parse(config.toString()) as ImageConfig;
    expect(parsed.rootfs.diff_ids).toEqual(layers.map(({ diffId }) => diffId));
    const over = gunzipSync(await buffer(layers[1]!.open()));
    // No folder: in another image it may be a symbolic link.
    expect(await listTar(over)).toMatchObject([{ name: 'app/manager', mode: 0o755 }]);
    expect(over.includes('newer code')).toBe(true);
    expect(pushed).toEqual([`/v2/app/manifests/${archive!.replace('.tar', '')}`]);
  });

  it('a tag never stands for two binaries, and one binary always has the same tag', async () => {
    const first = await delivered();
    expect(await delivered()).toBe(first);
    await writeFile(options.binary, elf('amd64', 'newer code'));
    expect(await delivered(true)).not.toBe(first);
    const second = await delivered();
    expect(await delivered(true)).toBe(second);
    expect(await readdir(join(options.stateDirectory, 'current-image'))).toHaveLength(1);
  });

  it('a dry run delivers nothing and writes no image', async () => {
    const messages: string[] = [];
    await currentImage(cluster, options, '/app/manager', { dryRun: true, onProgress: (text) => messages.push(text) });
    expect(pushed).toEqual([]);
    expect(await readdir(join(options.stateDirectory, 'current-image'))).toEqual([]);
    expect(messages).toEqual([expect.stringMatching(/app:[0-9a-f-]+ would be pushed; pods would pull /)]);
  });

  it('an unknown path and a missing binary are reasons, not errors', async () => {
    expect(await currentImage(cluster, options, undefined)).toEqual({
      problem: 'the path of the binary in the image is not known',
    });
    await rm(options.binary);
    expect(await currentImage(cluster, options, '/app/manager')).toEqual({
      problem: expect.stringContaining('bin/manager is missing') as string,
    });
  });
});
