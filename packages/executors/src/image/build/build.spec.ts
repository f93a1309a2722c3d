import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deliveredTag } from '../archive/image-output.js';
import { readArchive } from '../archive/read-archive.js';
import { TarFile } from '../archive/tar-file.js';
import { listTar } from '../archive/tar.fixture.js';
import { buildImage } from './build.js';
import type { FromBinary, FromDockerfile, ImageBuild } from './plan.js';
import { elf } from './program.fixture.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-kube-image-build-'));
  await mkdir(join(root, 'bin'));
  await writeFile(join(root, 'bin/manager'), elf('arm64'));
  await writeFile(join(root, 'Dockerfile'), 'FROM scratch\nCOPY bin/manager /manager\n');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

function fromScratch(more: Partial<ImageBuild> & { image?: Partial<FromBinary> } = {}): ImageBuild {
  const { image, ...rest } = more;
  return {
    name: 'app',
    output: join(root, 'out'),
    binary: join(root, 'bin/manager'),
    from: { baseImage: 'scratch', binaryPath: '/manager', user: '65532:65532', labels: {}, ...image },
    ...rest,
  };
}

async function tagOf(build: ImageBuild): Promise<string> {
  const result = await buildImage(build);
  if (!result.ok) throw new Error(JSON.stringify(result));
  return result.image.tag;
}

describe('buildImage from scratch', () => {
  it('a build without a builder writes an archive and a file that describes it', async () => {
    vi.stubEnv('PATH', '/nowhere');
    const result = await buildImage(fromScratch({ image: { labels: { a: 'b' } } }));
    const { manifest, config, layers } = await readArchive(join(root, 'out/image.tar'));
    const expected = {
      name: 'app',
      tag: expect.stringMatching(/^[0-9a-f]{16}$/),
      digest: manifest.digest,
      platform: { os: 'linux', architecture: 'arm64' },
      user: '65532:65532',
      entrypoint: ['/manager'],
      cmd: [],
    };
    expect(result).toMatchObject({ ok: true, archive: join(root, 'out/image.tar'), image: expected });
    expect(JSON.parse(await readFile(join(root, 'out/image.json'), 'utf8'))).toEqual(expected);
    expect(JSON.parse(config.toString())).toMatchObject({ architecture: 'arm64', config: { Labels: { a: 'b' } } });
    const files = await listTar(gunzipSync(await buffer(layers[0]!.open())));
    expect(files).toMatchObject([{ name: 'manager', mode: 0o755, uid: 0 }]);
    expect((await readdir(join(root, 'out'))).sort()).toEqual(['image.json', 'image.tar']);
  });

  it('the tag stays the same when only the binary changes', async () => {
    const before = await tagOf(fromScratch());
    await writeFile(join(root, 'bin/manager'), elf('arm64', 'other code'));
    expect(await tagOf(fromScratch())).toBe(before);
  });

  it('the tag in the cluster never stands for two contents', async () => {
    const delivered = async () => {
      const result = await buildImage(fromScratch());
      if (!result.ok) throw new Error(JSON.stringify(result));
      const index = (await TarFile.open(result.archive)).read('index.json');
      expect((await index).toString()).toContain(`app:${deliveredTag(result.image)}`);
      return deliveredTag(result.image);
    };
    const before = await delivered();
    expect(await delivered()).toBe(before);
    await writeFile(join(root, 'bin/manager'), elf('arm64', 'other code'));
    expect(await delivered()).not.toBe(before);
  });

  it.each<[string, Parameters<typeof fromScratch>[0]]>([
    ['path of the binary', { image: { binaryPath: '/other' } }],
    ['user', { image: { user: '1000' } }],
    ['labels', { image: { labels: { a: 'b' } } }],
    ['release', { release: true }],
  ])('the tag changes with the %s', async (_, more) => {
    expect(await tagOf(fromScratch(more))).not.toBe(await tagOf(fromScratch()));
  });

  it('the tag changes with the platform', async () => {
    const before = await tagOf(fromScratch());
    await writeFile(join(root, 'bin/manager'), elf('amd64'));
    expect(await tagOf(fromScratch())).not.toBe(before);
  });

  it('the tag changes with the binary in a release', async () => {
    const before = await tagOf(fromScratch({ release: true }));
    await writeFile(join(root, 'bin/manager'), elf('arm64', 'other code'));
    expect(await tagOf(fromScratch({ release: true }))).not.toBe(before);
  });

  it.each<[string, Parameters<typeof fromScratch>[0], string]>([
    ['a user with a name', { image: { user: 'nonroot' } }, '"user": "nonroot" is not numeric.'],
    ['no binary', { binary: '/nowhere' }, '"binary": /nowhere cannot be read.'],
    ['a binary for another system', { binary: '/etc/passwd' }, '"binary": /etc/passwd is not a program for linux.'],
    ['a name in capitals', { name: 'App' }, '"App" is not a valid image name.'],
  ])('an image with %s is refused', async (_, more, message) => {
    await expect(buildImage(fromScratch(more))).rejects.toMatchObject({ culprit: 'configuration', message });
  });

  it('an aborted build writes nothing', async () => {
    const result = await buildImage(fromScratch(), { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ ok: false, cancelled: true });
    await expect(readdir(join(root, 'out'))).rejects.toThrow('ENOENT');
  });
});

describe('buildImage from a Dockerfile', () => {
  const fromDockerfile = (more: Partial<FromDockerfile> = {}): ImageBuild => ({
    ...fromScratch(),
    from: { dockerfile: join(root, 'Dockerfile'), context: root, buildArgs: {}, ...more },
  });

  it('a missing Dockerfile is reported', async () => {
    await expect(buildImage(fromDockerfile({ dockerfile: '/nowhere' }))).rejects.toThrow(
      '"dockerfile": /nowhere cannot be read.',
    );
  });

  it('a missing builder is reported', async () => {
    vi.stubEnv('PATH', '/nowhere');
    await expect(buildImage(fromDockerfile())).rejects.toThrow('No program can build the image: ');
  });
});
