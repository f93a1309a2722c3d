import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { packProgram } from '../archive/layer.js';
import { writeArchive } from '../archive/write-archive.js';
import { programConfig } from '../build/program-config.js';
import { imageExists, pushImage } from './push-image.js';
import { startRegistry, type TestRegistry } from './registry.fixture.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-kube-push-'));
  // The machine's own Docker configuration must not affect this spec.
  vi.stubEnv('DOCKER_CONFIG', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function archiveOf(content: string | Buffer, label = ''): Promise<{ archive: string; digest: string }> {
  await writeFile(join(folder, 'program'), content);
  const layer = await packProgram({ file: join(folder, 'program'), path: '/manager' }, join(folder, 'layer'));
  const config = programConfig({
    platform: { os: 'linux', architecture: 'amd64' },
    entrypoint: ['/manager'],
    user: '65532',
    labels: { label },
    diffIds: [layer.diffId],
  });
  const archive = join(folder, 'image.tar');
  return { archive, digest: await writeArchive({ name: 'app', tag: 'a', config, layers: [layer] }, archive) };
}

describe('pushImage and imageExists', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry.stop());

  it('an image is pushed once and then found', async () => {
    const { archive, digest } = await archiveOf(Buffer.alloc(3_000_000, 'first'));
    const image = { registry: registry.address, name: 'team/app', tag: 'one' };
    expect(await imageExists(image)).toBeUndefined();
    const progress: string[] = [];
    const first = await pushImage({ ...image, archive, onProgress: (message) => progress.push(message) });
    expect(first).toEqual({
      reference: `${registry.address}/team/app:one`,
      digest,
      pushed: true,
      bytes: expect.any(Number),
    });
    expect(progress).toEqual([expect.stringMatching(/^pushing .*B to 127\.0\.0\.1:\d+\/team\/app:one$/)]);
    expect(await imageExists(image)).toBe(digest);
    expect(await pushImage({ ...image, archive })).toMatchObject({ pushed: false, bytes: 0, digest });
  });

  it('only missing blobs are pushed', async () => {
    const image = { registry: registry.address, name: 'layers', tag: 'one' };
    const content = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251));
    const { bytes } = await pushImage({ ...image, archive: (await archiveOf(content)).archive });
    const again = await pushImage({ ...image, archive: (await archiveOf(content, 'another config')).archive });
    expect(again.pushed).toBe(true);
    expect(again.bytes).toBeLessThan(2000);
    expect(bytes).toBeGreaterThan(again.bytes);
    const { archive } = await archiveOf(content, 'another config');
    expect((await pushImage({ ...image, tag: 'two', archive })).bytes).toBeLessThan(1000);
  });

  it('the address may hold a path', async () => {
    const { archive } = await archiveOf('x');
    const { reference } = await pushImage({
      registry: `http://${registry.address}/team/`,
      name: 'app',
      tag: 't',
      archive,
    });
    expect(reference).toBe(`${registry.address}/team/app:t`);
  });

  it('an abort stops the push', async () => {
    const { archive } = await archiveOf('x');
    const abort = AbortSignal.abort(new Error('stop'));
    const push = pushImage({ registry: registry.address, name: 'app', tag: 'stopped', archive, signal: abort });
    await expect(push).rejects.toThrow('stop');
  });
});

describe('pushImage to a registry with a login', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry({ login: true });
  });
  afterAll(() => registry.stop());

  const configure = (config: object) => writeFile(join(folder, 'config.json'), JSON.stringify(config));
  const push = async () =>
    pushImage({ registry: registry.address, name: 'app', tag: 'a', archive: (await archiveOf('x')).archive });

  it('missing or wrong credentials are refused with the login command', async () => {
    const failure = {
      culprit: 'configuration',
      message: `Registry ${registry.address} answered 401 for app.`,
      next: expect.stringContaining(`docker login ${registry.address}`),
    };
    await expect(push()).rejects.toMatchObject(failure);
    const auth = Buffer.from('dev:wrong').toString('base64');
    await configure({ auths: { [registry.address]: { auth } } });
    const error: unknown = await push().catch((e: unknown) => e);
    expect(error).toMatchObject(failure);
    expect(JSON.stringify(error) + String(error)).not.toMatch(new RegExp(`wrong|${auth}`));
  });

  it('the credentials of docker login are used', async () => {
    const auth = Buffer.from('dev:correct horse').toString('base64');
    await configure({ auths: { [registry.address]: { auth } } });
    expect(await push()).toMatchObject({ pushed: true });
  });

  it('the credential helper of the registry is used', async () => {
    await mkdir(join(folder, 'bin'));
    const answer = JSON.stringify({ Username: 'dev', Secret: 'correct horse' });
    const script = `#!/bin/sh\nread -r host\n[ "$1 $host" = "get ${registry.address}" ] && echo '${answer}'\n`;
    await writeFile(join(folder, 'bin/docker-credential-test'), script, { mode: 0o755 });
    vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH']}`);
    await configure({ credHelpers: { [registry.address]: 'test' } });
    expect(await push()).toMatchObject({ pushed: false });
  });
});
