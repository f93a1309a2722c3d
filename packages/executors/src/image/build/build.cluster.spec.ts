import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImageConfig } from '../archive/oci.js';
import { readArchive } from '../archive/read-archive.js';
import { listTar } from '../archive/tar.fixture.js';
import { buildImage } from './build.js';
import { findBuilder } from './builder.js';
import type { FromBinary, FromDockerfile, ImageBuild } from './plan.js';
import { elf } from './program.fixture.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-kube-image-build-'));
  await write('bin/manager', elf('arm64'));
  await chmod(join(root, 'bin/manager'), 0o755);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** Runs buildah on the store in which this spec builds images. Returns its output. */
async function buildah(...args: string[]): Promise<string> {
  const { command, confined } = await findBuilder('buildah');
  return (await execa(command, [...(confined ? ['--storage-driver', 'vfs'] : []), ...args])).stdout;
}

const build = (from: FromBinary | FromDockerfile, more: Partial<ImageBuild> = {}): ImageBuild => ({
  name: 'spec/app',
  output: join(root, 'out'),
  binary: join(root, 'bin/manager'),
  builder: 'buildah',
  from,
  ...more,
});

const dockerfile = (more: Partial<FromDockerfile> = {}): FromDockerfile => ({
  dockerfile: join(root, 'Dockerfile'),
  context: root,
  buildArgs: {},
  ...more,
});

async function built(image: ImageBuild) {
  const result = await buildImage(image);
  if (!result.ok) throw new Error(JSON.stringify(result));
  const { config, layers } = await readArchive(result.archive);
  const files = await Promise.all(layers.map(async (l) => listTar(gunzipSync(await buffer(l.open())))));
  return { ...result, config: JSON.parse(config.toString()) as ImageConfig, files: files.flat() };
}

describe('buildImage from a Dockerfile with buildah', () => {
  const text = `
FROM scratch AS base
ARG LABEL=none
COPY bin/manager /app/manager
COPY templates /templates
LABEL what=$LABEL
USER 1000:1000
FROM base AS final
ENTRYPOINT ["/app/manager"]
CMD ["--flag"]
FROM base AS other
`;
  beforeEach(async () => {
    await write('Dockerfile', text);
    await write('templates/a.txt', 'a');
    await write('secret.txt', 's');
  });
  const options = { only: ['bin/manager', 'templates'], buildArgs: { LABEL: 'a "b" $(id)' }, target: 'final' };

  it('the image has the platform of the binary and records its entrypoint', async () => {
    const result = await built(build(dockerfile(options)));
    expect(result.image).toMatchObject({
      name: 'spec/app',
      platform: { os: 'linux', architecture: 'arm64' },
      user: '1000:1000',
      entrypoint: ['/app/manager'],
      cmd: ['--flag'],
    });
    expect(result.config.config?.Labels).toMatchObject({ what: 'a "b" $(id)' });
    expect(result.files).toContainEqual(expect.objectContaining({ name: 'app/manager', mode: 0o755 }));
    expect(result.files.map(({ name }) => name)).toContain('templates/a.txt');
  });

  it('a second build makes the same image, and no image stays in the store', async () => {
    const { image } = await built(build(dockerfile(options)));
    await write('templates/a.txt', 'a');
    expect((await built(build(dockerfile(options)))).image.digest).toBe(image.digest);
    expect(await buildah('images')).not.toContain('nx-kube-build/spec/app');
  });

  it('the tag changes with a file, an argument or a stage, but not with Go code', async () => {
    const tag = async (more: Partial<FromDockerfile> = {}) =>
      (await built(build(dockerfile({ ...options, ...more })))).image.tag;
    const before = await tag();
    await write('bin/manager', elf('arm64', 'other code'));
    expect(await tag()).toBe(before);
    expect(await tag({ buildArgs: {} })).not.toBe(before);
    expect(await tag({ target: 'other' })).not.toBe(before);
    await write('templates/a.txt', 'b');
    expect(await tag()).not.toBe(before);
  });

  it('the builder gets the whole context by default', async () => {
    await write('Dockerfile', 'FROM scratch\nCOPY secret.txt /s\n');
    expect((await built(build(dockerfile()))).files.map(({ name }) => name)).toContain('s');
    expect(await buildImage(build(dockerfile({ only: ['bin/manager'] })))).toMatchObject({ ok: false });
  });

  it('a failed build returns the messages of the builder', async () => {
    await write('Dockerfile', 'FROM scratch\nCOPY nowhere /\n');
    const lines: string[] = [];
    const result = await buildImage(build(dockerfile()), { onOutput: (line) => lines.push(line) });
    expect(result).toMatchObject({ ok: false, cancelled: false, diagnostics: expect.stringContaining('nowhere') });
    expect(lines.join('\n')).toBe(!result.ok && !result.cancelled && result.diagnostics);
  });

  it('an abort stops the build', async () => {
    const abort = new AbortController();
    const result = await buildImage(build(dockerfile(options)), {
      signal: abort.signal,
      onOutput: () => abort.abort(),
    });
    expect(result).toMatchObject({ ok: false, cancelled: true });
  });
});

describe('buildImage on a base image with buildah', () => {
  const base = 'localhost/nx-kube-spec-base:1';
  beforeEach(async () => {
    await write('base/Dockerfile', 'FROM scratch\nCOPY file /base-file\nENV A=b\n');
    await write('base/file', 'x');
    await buildah('build', '--isolation', 'chroot', '--platform', 'linux/arm64', '--tag', base, join(root, 'base'));
  });
  afterEach(async () => {
    await buildah('rmi', base);
  });

  it('the image holds the base and the binary, and starts the binary as the user', async () => {
    const from = { baseImage: base, binaryPath: '/app/run', user: '65532:65532', labels: { l: 'a $B "c"' } };
    const { image, config, files } = await built(build(from));
    expect(image).toMatchObject({ user: '65532:65532', entrypoint: ['/app/run'], cmd: [] });
    expect(config.config?.Env).toContain('A=b');
    expect(config.config?.Labels).toMatchObject({ l: 'a $B "c"' });
    expect(files.filter(({ type }) => type === 'file').map(({ name, mode }) => [name, mode])).toEqual([
      ['base-file', 0o644],
      ['app/run', 0o755],
    ]);
  });
});

describe('buildImage from scratch', () => {
  it.each(['oci-archive', 'docker-archive'])('buildah can read the archive as %s', async (format) => {
    const from = { baseImage: 'scratch', binaryPath: '/manager', user: '65532:65532', labels: {} };
    const { archive, image } = await built(build(from));
    const id = (await buildah('pull', `${format}:${archive}`)).trim().split('\n').at(-1)!;
    try {
      const { OCIv1 } = JSON.parse(await buildah('inspect', '--type', 'image', id)) as { OCIv1: ImageConfig };
      expect(OCIv1).toMatchObject({
        architecture: 'arm64',
        config: { User: image.user, Entrypoint: ['/manager'] },
      });
    } finally {
      await buildah('rmi', '--force', id);
    }
  });
});
