import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { elf } from '../../image/build/program.fixture.js';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { capturedOutput } from '../../nx/output.fixture.js';
import imageBuild, { normalize } from './executor.js';

describe('image-build', () => {
  let root: string;
  let output: () => string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'nx-kube-image-build-'));
    await mkdir(join(root, 'apps/one/bin'), { recursive: true });
    await mkdir(join(root, 'dist/apps/one'), { recursive: true });
    await writeFile(join(root, 'apps/one/bin/manager'), elf('amd64'));
    output = capturedOutput();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await rm(root, { recursive: true, force: true });
  });

  const deployment = (...names: string[]) =>
    names
      .map(
        (name) =>
          `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: manager, image: x, command: [/app/${name}]}]}}}\n`,
      ) // prettier-ignore
      .join('---\n');

  it('the image holds the binary at the path that the workload starts', async () => {
    await writeFile(join(root, 'dist/apps/one/manifests.yaml'), deployment('a'));
    expect(await imageBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: true });
    expect(output()).toMatch(
      /^Built dist\/apps\/one\/image\/image\.tar \(one:[0-9a-f]{16}, linux\/amd64, .*B, sha256:[0-9a-f]{12}\) in .*s\n$/,
    );
    expect(JSON.parse(await readFile(join(root, 'dist/apps/one/image/image.json'), 'utf8'))).toMatchObject({
      name: 'one',
      entrypoint: ['/app/a'],
      user: '65532:65532',
      platform: { os: 'linux', architecture: 'amd64' },
    });
  });

  it('a container that names the binary as its argument gets an image with a CMD', async () => {
    const manifests = deployment('a').replace('command: [/app/a]', 'args: [/app/manager, --leader-elect]');
    await writeFile(join(root, 'dist/apps/one/manifests.yaml'), manifests);
    expect(await imageBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: true });
    const image = () => readFile(join(root, 'dist/apps/one/image/image.json'), 'utf8');
    expect(JSON.parse(await image())).toMatchObject({ entrypoint: [], cmd: ['/app/manager'] });
    // Any other argument belongs to the entrypoint.
    await writeFile(join(root, 'dist/apps/one/manifests.yaml'), manifests.replace('/app/manager', '/app/config'));
    expect(await imageBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: true });
    expect(JSON.parse(await image())).toMatchObject({ entrypoint: ['/manager'], cmd: [] });
  });

  it('the option workload names the one of several workloads to build for', async () => {
    await writeFile(join(root, 'dist/apps/one/manifests.yaml'), deployment('a', 'b'));
    expect(await imageBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: false });
    expect(output()).toContain('has several workloads: Deployment/a, Deployment/b');
    expect(await imageBuild({ workload: 'b' }, executorContext(root, 'apps/one'))).toEqual({ success: true });
  });

  it('a missing binary is an error with the step that builds it', async () => {
    await rm(join(root, 'apps/one/bin/manager'));
    expect(await imageBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: false });
    expect(output()).toContain('bin/manager cannot be read.\n  → Build it first');
  });

  it('every option has a default', async () => {
    expect(await normalize({}, executorContext('/w', 'apps/One'))).toEqual({
      name: 'one',
      output: '/w/dist/apps/One/image',
      binary: '/w/apps/One/bin/manager',
      release: false,
      from: { baseImage: 'scratch', binaryPath: '/manager', user: '65532:65532', labels: {} },
    });
  });

  it('the options for a Dockerfile reach the core', async () => {
    const rest = { buildArgs: { A: 'b' }, target: 't' };
    const options = { ...rest, dockerfile: 'Dockerfile', context: '../..', only: ['a'], name: 'team/x', release: true };
    expect(await normalize({ ...options, builder: 'buildah' }, executorContext('/w', 'apps/one'))).toMatchObject({
      name: 'team/x',
      release: true,
      builder: 'buildah',
      from: { ...rest, dockerfile: '/w/apps/one/Dockerfile', context: '/w', only: ['a'] },
    });
  });

  it('a project name becomes a valid image name', async () => {
    const context = executorContext('/w', 'one');
    const named = { ...context, projectName: '@Acme/one', projectsConfigurations: { version: 2, projects: { '@Acme/one': { root: 'one' } } } }; // prettier-ignore
    expect((await normalize({}, named)).name).toBe('acme-one');
  });
});
