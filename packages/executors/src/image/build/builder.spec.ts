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

describe('builderSteps', () => {
  it.each([
    ['docker with buildx', { name: 'docker', buildx: true, confined: true }, ['buildx', 'build', '--load', ...what], ['save', '--output', '/out.tar', 'localhost/x:1']],
    ['docker without buildx', { name: 'docker', buildx: false, confined: false }, ['build', ...what], ['save', '--output', '/out.tar', 'localhost/x:1']],
    ['nerdctl', { name: 'nerdctl', buildx: false, confined: true }, ['build', ...what], ['save', '--output', '/out.tar', 'localhost/x:1']],
    ['podman', { name: 'podman', buildx: false, confined: false }, ['build', '--timestamp', '0', ...what], ['save', '--format', 'oci-archive', '--output', '/out.tar', 'localhost/x:1']],
    ['buildah', { name: 'buildah', buildx: false, confined: false }, ['build', '--timestamp', '0', ...what], ['push', '--quiet', 'localhost/x:1', 'oci-archive:/out.tar']],
        ['podman as root', { name: 'podman', buildx: false, confined: true }, ['build', '--isolation', 'chroot', '--timestamp', '0', ...what], ['save', '--format', 'oci-archive', '--output', '/out.tar', 'localhost/x:1']],
    ['buildah as root', { name: 'buildah', buildx: false, confined: true }, ['--storage-driver', 'vfs', 'build', '--isolation', 'chroot', '--timestamp', '0', ...what], ['--storage-driver', 'vfs', 'push', '--quiet', 'localhost/x:1', 'oci-archive:/out.tar']],
  ] as const)('the steps of %s build, save and remove the image', (_, builder, build, save) => {
    expect(builderSteps(builder, plan)).toMatchObject({ build, save });
  }); // prettier-ignore

  it('the steps leave out options that are not set', () => {
    const { build } = builderSteps(
      { name: 'docker', buildx: false, confined: false },
      { ...plan, platform: undefined, buildArgs: {}, target: undefined },
    );
    expect(build).toEqual(['build', '--file', '/p/Dockerfile', '--tag', 'localhost/x:1', '/p']);
  });
});

describe('findBuilder', () => {
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

  it('the first builder that works is used, not the first on PATH', async () => {
    await program('docker', noDaemon);
    await program('nerdctl', 'exit 0');
    await program('buildah', '[ "$1" = info ]');
    expect(await findBuilder()).toMatchObject({ name: 'buildah', command: join(folder, 'buildah'), buildx: false });
  });

  it('docker is used when it works, with buildx if available', async () => {
    await program('docker', '[ "$1" = version ]');
    expect(await findBuilder()).toMatchObject({ name: 'docker', buildx: false });
    await program('docker', 'exit 0');
    expect(await findBuilder()).toMatchObject({ name: 'docker', buildx: true });
  });

  it('the requested builder is used', async () => {
    await program('docker', 'exit 0');
    await program('buildah', 'exit 0');
    expect(await findBuilder('buildah')).toMatchObject({ name: 'buildah' });
    await expect(findBuilder('podman')).rejects.toThrow('No program can build the image: podman is not on PATH.');
  });

  it('the error gives a reason for each builder when none works', async () => {
    await program('docker', noDaemon);
    await program('buildah', 'exit 3');
    await expect(findBuilder()).rejects.toMatchObject({
      culprit: 'configuration',
      message:
        'No program can build the image: docker does not work: Cannot connect to the Docker daemon; ' +
        'podman is not on PATH; buildah does not work: exit code 3; nerdctl is not on PATH.',
      next: expect.stringContaining('remove "dockerfile"'),
    });
  });
});

describe('generatedDockerfile', () => {
  const image = { baseImage: 'gcr.io/x:1', binary: 'manager', binaryPath: '/app/manager', user: '1:2', labels: {} };

  it('the Dockerfile copies the binary onto the base image', () => {
    expect(generatedDockerfile({ ...image, labels: { 'a.b': 'c "d" $HOME' } })).toBe(
      'FROM gcr.io/x:1\nCOPY ["manager","/app/manager"]\nLABEL "a.b"="c \\"d\\" \\$HOME"\nUSER 1:2\nENTRYPOINT ["/app/manager"]\n',
    );
  });

  it.each(['', 'a b', 'a\nRUN x', '$BASE'])('the base image %j is refused', (baseImage) => {
    expect(() => generatedDockerfile({ ...image, baseImage })).toThrow(
      /^"baseImage": ".*" is not a reference to an image\.$/s,
    );
  });
});
