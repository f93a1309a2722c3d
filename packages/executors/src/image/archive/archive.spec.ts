import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agentImage } from '../build/agent-image.js';
import { programConfig } from '../build/program-config.js';
import { packProgram, type Layer } from './layer.js';
import type { ImageConfig } from './oci.js';
import { readArchive, readSavedImage } from './read-archive.js';
import { TarFile } from './tar-file.js';
import { listTar, writeTarFile } from './tar.fixture.js';
import { writeArchive } from './write-archive.js';

let folder: string;
const at = (name: string) => join(folder, name);
const sha256 = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-archive-'));
  await writeFile(at('program'), Buffer.alloc(100_000, 'program'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function image(to = at('image.tar')): Promise<{ digest: string; layer: Layer; config: Buffer }> {
  const layer = await packProgram({ file: at('program'), path: '/usr/local/bin/manager' }, at('layer'));
  const config = programConfig({
    platform: { os: 'linux', architecture: 'arm64' },
    entrypoint: ['/usr/local/bin/manager'],
    user: '65532:65532',
    labels: { b: '2', a: '1' },
    diffIds: [layer.diffId],
  });
  return { layer, config, digest: await writeArchive({ name: 'app', tag: 'abc', config, layers: [layer] }, to) };
}

describe('packProgram', () => {
  it('a layer holds the executable program, owned by root, and the folders above it', async () => {
    const { layer } = await image();
    const plain = gunzipSync(await readFile(at('layer')));
    expect(await listTar(plain)).toEqual([
      { name: 'usr/', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0 },
      { name: 'usr/local/', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0 },
      { name: 'usr/local/bin/', type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 0 },
      { name: 'usr/local/bin/manager', type: 'file', mode: 0o755, uid: 0, gid: 0, mtime: 0, size: 100_000 },
    ]);
    expect(layer.diffId).toBe(sha256(plain));
    expect(layer.digest).toBe(sha256(await readFile(at('layer'))));
  });

  it('a missing program rejects', async () => {
    await expect(packProgram({ file: at('nothing'), path: '/a' }, at('layer'))).rejects.toThrow('ENOENT');
  });
});

describe('writeArchive', () => {
  it('an archive is a valid OCI archive, and all its digests and sizes are right', async () => {
    const { digest, layer, config } = await image();
    const archive = await readArchive(at('image.tar'));
    expect(archive.manifest.digest).toBe(digest);
    expect(archive.config).toEqual(config);
    expect(archive.layers).toMatchObject([{ digest: layer.digest, diffId: layer.diffId, size: layer.size }]);
    expect(sha256(await buffer(archive.layers[0]!.open()))).toBe(layer.digest);
    expect(JSON.parse(archive.manifest.bytes.toString())).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { digest: sha256(config), size: config.length },
    });
  });

  it('an archive has the files for docker load and the image name for ctr and kind', async () => {
    await image();
    const tar = await TarFile.open(at('image.tar'));
    const [docker] = JSON.parse((await tar.read('manifest.json')).toString());
    expect(docker.RepoTags).toEqual(['app:abc']);
    for (const name of [docker.Config, ...docker.Layers]) expect(tar.has(name)).toBe(true);
    const index = JSON.parse((await tar.read('index.json')).toString());
    expect(index.manifests[0].annotations['io.containerd.image.name']).toBe('docker.io/library/app:abc');
    expect(JSON.parse((await tar.read('oci-layout')).toString())).toEqual({ imageLayoutVersion: '1.0.0' });
  });

  it('the same content gives the same bytes', async () => {
    await image(at('a.tar'));
    await image(at('b.tar'));
    expect((await readFile(at('a.tar'))).equals(await readFile(at('b.tar')))).toBe(true);
  });

  it('the config holds platform, user, entrypoint and labels', async () => {
    const config = JSON.parse((await image()).config.toString()) as ImageConfig;
    expect(config).toMatchObject({
      os: 'linux',
      architecture: 'arm64',
      config: { User: '65532:65532', Entrypoint: ['/usr/local/bin/manager'], Labels: { a: '1', b: '2' } },
    });
  });

  it('a layer that occurs twice is stored once', async () => {
    const { layer, config } = await image();
    await writeArchive({ name: 'app', tag: 'abc', config, layers: [layer, layer] }, at('twice.tar'));
    expect((await readArchive(at('twice.tar'))).layers.map((l) => l.digest)).toEqual([layer.digest, layer.digest]);
    const names = (await listTar(await readFile(at('twice.tar')))).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('a failed write leaves no archive', async () => {
    const { layer, config } = await image();
    await rm(at('layer'));
    await expect(writeArchive({ name: 'a', tag: 'b', config, layers: [layer] }, at('x.tar'))).rejects.toThrow('ENOENT');
    const { layer: whole } = await image();
    const longer = { ...whole, size: whole.size + 1 };
    await expect(writeArchive({ name: 'a', tag: 'b', config, layers: [longer] }, at('x.tar'))).rejects.toThrow('Size');
    expect((await readdir(folder)).filter((name) => name.startsWith('x.tar'))).toEqual([]);
  });
});

describe('readArchive of a damaged archive', () => {
  it.each<[string, () => Promise<void>, RegExp]>([
    ['no file', async () => {}, /image cannot be read: ENOENT.*\.$/],
    [
      'no tar',
      () => writeFile(at('image'), 'x'.repeat(2000)),
      /image is not an image archive, or is incomplete: .*\.$/,
    ],
    ['a tar without an image', () => writeTarFile(at('image'), { a: 'b' }), /it has no index\.json\.$/],
    [
      'no image in the index',
      () => writeTarFile(at('image'), { 'index.json': '{"manifests":[]}' }),
      /it has 0 images where 1 is expected\.$/,
    ],
    ['the end missing', async () => { await image(at('image')); await truncate(at('image'), 3000); }, /is incomplete: .*\.$/], // prettier-ignore
  ])('an archive with the defect "%s" is refused', async (_, prepare, message) => {
    await prepare();
    const reading = readArchive(at('image'));
    await expect(reading).rejects.toMatchObject({
      culprit: 'configuration',
      message: expect.stringMatching(message),
      next: 'Run the target image-build again, or correct the option with the path of the image.',
    });
  });
});

describe('readSavedImage and readArchive', () => {
  it('a docker archive with plain layers is read', async () => {
    const layer = Buffer.from('layer');
    const config = JSON.stringify({ rootfs: { type: 'layers', diff_ids: [sha256(layer)] } });
    const manifest = JSON.stringify([{ Config: 'c.json', RepoTags: null, Layers: ['1/layer.tar'] }]);
    await writeTarFile(at('saved'), { 'c.json': config, '1/layer.tar': 'layer', 'manifest.json': manifest });
    const saved = await readSavedImage(at('saved'));
    expect(saved.config.toString()).toBe(config);
    expect(saved.layers).toMatchObject([{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: 5 }]);
    expect(await buffer(saved.layers[0]!.open())).toEqual(layer);
  });

  it('the image is found through a second index, beside attestations', async () => {
    const { digest } = await image();
    const original = await TarFile.open(at('image.tar'));
    const files: Record<string, Buffer | string> = {};
    const { manifests } = JSON.parse((await original.read('index.json')).toString());
    const inner = JSON.stringify({
      manifests: [{ digest: 'sha256:0', platform: { os: 'unknown', architecture: 'unknown' } }, manifests[0]],
    });
    const { config, layers, manifest } = await readArchive(at('image.tar'));
    for (const bytes of [Buffer.from(inner), config, manifest.bytes, await buffer(layers[0]!.open())]) {
      files[`blobs/sha256/${sha256(bytes).slice(7)}`] = bytes;
    }
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    files['index.json'] = JSON.stringify({ manifests: [{ mediaType, digest: sha256(Buffer.from(inner)) }] });
    await writeTarFile(at('saved'), files);
    expect((await readArchive(at('saved'))).manifest.digest).toBe(digest);
  });
});

describe('TarFile', () => {
  it('files of any name and size are read whole', async () => {
    const long = `${'folder/'.repeat(40)}file`;
    await writeTarFile(at('t'), { './dot': 'dot', empty: '', [long]: 'long', last: 'l'.repeat(70_000) });
    const tar = await TarFile.open(at('t'));
    const texts = await Promise.all(['dot', 'empty', long, 'last'].map(async (n) => (await tar.read(n)).toString()));
    expect(texts).toEqual(['dot', '', 'long', 'l'.repeat(70_000)]);
  });
});

describe('agentImage', () => {
  it('the image holds only the agent, and its tag is a digest of the agent', async () => {
    await writeFile(at('agent'), 'agent');
    const made = await agentImage({ binary: at('agent'), architecture: 'arm64', directory: at('state') });
    const tag = createHash('sha256').update('agent').digest('hex').slice(0, 16);
    expect(made).toEqual({ archive: at(`state/${tag}.tar`), name: 'nx-kube-agent', tag });
    const { config, layers } = await readArchive(made.archive);
    expect(JSON.parse(config.toString())).toMatchObject({
      architecture: 'arm64',
      config: { User: '65532:65532', Entrypoint: ['/nx-kube-agent'] },
    });
    const files = await listTar(gunzipSync(await buffer(layers[0]!.open())));
    expect(files).toMatchObject([{ name: 'nx-kube-agent', mode: 0o755, size: 5 }]);
  });

  it('the image holds the debugger beside the agent, and its tag is a digest of both', async () => {
    await writeFile(at('agent'), 'agent');
    await writeFile(at('delve'), 'delve');
    const build = { binary: at('agent'), architecture: 'arm64', directory: at('state') };
    const { archive, tag } = await agentImage({ ...build, debugger: at('delve') });
    const [agent, delve] = ['agent', 'delve'].map((text) =>
      createHash('sha256').update(text).digest('hex').slice(0, 16),
    );
    expect(tag).toBe(`${agent}-${delve}`);
    const { layers } = await readArchive(archive);
    const files = await Promise.all(layers.map(async (layer) => listTar(gunzipSync(await buffer(layer.open())))));
    expect(files.flat()).toMatchObject([
      { name: 'nx-kube-agent', mode: 0o755 },
      { name: 'dlv', mode: 0o755, size: 5 },
    ]);
  });

  it('the image is made once for each agent and replaces the previous one', async () => {
    await writeFile(at('agent'), 'agent');
    await mkdir(at('state'));
    await writeFile(at('state/other'), '');
    const make = () => agentImage({ binary: at('agent'), architecture: 'amd64', directory: at('state') });
    const { archive } = await make();
    await writeFile(archive, 'kept');
    await make();
    expect(await readFile(archive, 'utf8')).toBe('kept');
    await writeFile(at('agent'), 'agent 2');
    const { tag } = await make();
    expect((await readdir(at('state'))).sort()).toEqual([`${tag}.tar`, 'other'].sort());
  });
});
