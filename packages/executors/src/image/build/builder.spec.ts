import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { builderSteps, findBuilder, type BuildPlan } from './builder.js';
import { generatedDockerfile } from './generated-dockerfile.js';

const plan: BuildPlan = {
  reference: 'localhost/x:1',
  dockerfile: '/p/Dockerfile',
  context: '/p',
  platform: 'linux/arm64',
  buildArgs: { A: '$(id) "b"', C: 'd' },
  target: 'final',
  saveTo: '/out.tar',
};
const what = [
  ...['--file', '/p/Dockerfile', '--tag', 'localhost/x:1', '--platform', 'linux/arm64'],
  ...['--build-arg', 'A=$(id) "b"', '--build-arg', 'C=d', '--target', 'final', '/p'],
];

describe('the steps of a builder', () => {
  it.each([
    ['docker with buildx', { name: 'docker', buildx: true, confined: true }, ['buildx', 'build', '--load', ...what], ['save', '--output', '/out.tar', 'localhost/x:1']],
    ['docker without', { name: 'docker', buildx: false, confined: false }, ['build', ...what], ['save', '--output', '/out.tar', 'localhost/x:1']],
    ['nerdctl', { name: 'nerdctl', buildx: false, confined: true }, ['build', ...what], ['save', '--output', '/out.tar', 'localhost/x:1']],
    ['podman', { name: 'podman', buildx: false, confined: false }, ['build', '--timestamp', '0', ...what], ['save', '--format', 'oci-archive', '--output', '/out.tar', 'localhost/x:1']],
    ['buildah', { name: 'buildah', buildx: false, confined: false }, ['build', '--timestamp', '0', ...what], ['push', '--quiet', 'localhost/x:1', 'oci-archive:/out.tar']],
        ['podman as root', { name: 'podman', buildx: false, confined: true }, ['build', '--isolation', 'chroot', '--timestamp', '0', ...what], ['save', '--format', 'oci-archive', '--output', '/out.tar', 'localhost/x:1']],
    ['buildah as root', { name: 'buildah', buildx: false, confined: true }, ['--storage-driver', 'vfs', 'build', '--isolation', 'chroot', '--timestamp', '0', ...what], ['--storage-driver', 'vfs', 'push', '--quiet', 'localhost/x:1', 'oci-archive:/out.tar']],
  ] as const)('%s', (_, builder, build, save) => {
    expect(builderSteps(builder, plan)).toMatchObject({ build, save });
  }); // prettier-ignore

  it('leave out what is not asked for', () => {
    const { build } = builderSteps(
      { name: 'docker', buildx: false, confined: false },
      { ...plan, platform: undefined, buildArgs: {}, target: undefined },
    );
    expect(build).toEqual(['build', '--file', '/p/Dockerfile', '--tag', 'localhost/x:1', '/p']);
  });
});

describe('the builder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nx-kube-builder-'));
    vi.stubEnv('PATH', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });
  const program = (name: string, script: string) =>
    writeFile(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const noDaemon = 'echo Cannot connect to the Docker daemon >&2; exit 1';

  it('is the first that works, not the first that is there', async () => {
    await program('docker', noDaemon);
    await program('nerdctl', 'exit 0');
    await program('buildah', '[ "$1" = info ]');
    expect(await findBuilder()).toMatchObject({ name: 'buildah', command: join(folder, 'buildah'), buildx: false });
  });

  it('is docker where it works, with buildx where it has it', async () => {
    await program('docker', '[ "$1" = version ]');
    expect(await findBuilder()).toMatchObject({ name: 'docker', buildx: false });
    await program('docker', 'exit 0');
    expect(await findBuilder()).toMatchObject({ name: 'docker', buildx: true });
  });

  it('is the one that was asked for', async () => {
    await program('docker', 'exit 0');
    await program('buildah', 'exit 0');
    expect(await findBuilder('buildah')).toMatchObject({ name: 'buildah' });
    await expect(findBuilder('podman')).rejects.toThrow('no program to build the image with: podman is not on PATH');
  });

  it('is none, and each says why', async () => {
    await program('docker', noDaemon);
    await program('buildah', 'exit 3');
    await expect(findBuilder()).rejects.toMatchObject({
      culprit: 'configuration',
      message:
        'no program to build the image with: docker does not work: Cannot connect to the Docker daemon; ' +
        'podman is not on PATH; buildah does not work: exit code 3; nerdctl is not on PATH',
      next: expect.stringContaining('leave out "dockerfile"'),
    });
  });
});

describe('a generated Dockerfile', () => {
  const image = { baseImage: 'gcr.io/x:1', binary: 'manager', binaryPath: '/app/manager', user: '1:2', labels: {} };

  it('puts the binary on the base image', () => {
    expect(generatedDockerfile({ ...image, labels: { 'a.b': 'c "d" $HOME' } })).toBe(
      'FROM gcr.io/x:1\nCOPY ["manager","/app/manager"]\nLABEL "a.b"="c \\"d\\" \\$HOME"\nUSER 1:2\nENTRYPOINT ["/app/manager"]\n',
    );
  });

  it.each(['', 'a b', 'a\nRUN x', '$BASE'])('refuses the base image %j', (baseImage) => {
    expect(() => generatedDockerfile({ ...image, baseImage })).toThrow('"baseImage": ');
  });
});
