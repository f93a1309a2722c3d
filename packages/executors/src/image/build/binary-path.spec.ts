import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { binaryPathIn } from './binary-path.js';

describe('binaryPathIn', () => {
  let manifests: string;
  beforeEach(async () => {
    manifests = join(await mkdtemp(join(tmpdir(), 'nx-kube-path-')), 'manifests.yaml');
  });
  afterEach(() => rm(join(manifests, '..'), { recursive: true, force: true }));

  const deployment = (name: string, command: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: manager, image: x, ${command}}]}}}\n`;

  it('the path is the first word of the command', async () => {
    await writeFile(manifests, deployment('a', 'command: [/app/run, --flag]'));
    expect(await binaryPathIn(manifests, { baseImage: 'scratch' })).toBe('/app/run');
  });

  it('the path is /manager when there is no command, or there are no manifests', async () => {
    expect(await binaryPathIn(manifests, { baseImage: 'scratch' })).toBe('/manager');
    await writeFile(manifests, deployment('a', 'args: [--flag]'));
    expect(await binaryPathIn(manifests, { baseImage: 'scratch' })).toBe('/manager');
  });

  it('several workloads are refused without a choice', async () => {
    await writeFile(manifests, `${deployment('a', 'command: [/a]')}---\n${deployment('b', 'command: [/b]')}`);
    await expect(binaryPathIn(manifests, { baseImage: 'scratch' })).rejects.toThrow(
      `${manifests} has several workloads`,
    );
    expect(await binaryPathIn(manifests, { workload: 'b', baseImage: 'scratch' })).toBe('/b');
  });

  const alpine = { baseImage: 'alpine:3' };
  it.each([
    ['command: [./manager]', '/manager'],
    ['command: [bin/../manager]', '/manager'],
    ['command: [./manager], workingDir: /app', '/app/manager'],
    ['command: [manager]', '/usr/local/bin/manager'],
    ['command: [manager], env: [{name: PATH, value: "/opt/bin:/bin"}]', '/opt/bin/manager'],
    ['command: [$(HOME)/manager], env: [{name: HOME, value: /home}]', '/home/manager'],
    ['command: [/bin/sh, -c, "exec /app/manager --flag"]', '/app/manager'],
    ['command: [/bin/sh, -c], args: ["ulimit -n 9; exec /app/manager --ns=$NS"]', '/app/manager'],
    ['command: [sh, -c, \'exec "$@"\', --, /app/manager, --flag]', '/app/manager'],
    ['command: [/tini, -g, --, /app/manager]', '/app/manager'],
  ])('the container with %s starts the binary at %s', async (container, path) => {
    await writeFile(manifests, deployment('a', container));
    expect(await binaryPathIn(manifests, alpine)).toBe(path);
  });

  it('an image from scratch needs no shell and no init program that add nothing', async () => {
    await writeFile(manifests, deployment('a', 'command: [/bin/sh, -c, "exec /manager --flag"]'));
    expect(await binaryPathIn(manifests, { baseImage: 'scratch' })).toBe('/manager');
    await writeFile(manifests, deployment('a', 'command: [/sbin/tini, --, /app/manager]'));
    expect(await binaryPathIn(manifests, { baseImage: 'scratch' })).toBe('/app/manager');
  });

  it('a command that an image from scratch cannot start is refused with the option that settles it', async () => {
    await writeFile(manifests, deployment('a', 'command: [/bin/sh, -c, "exec /manager --ns=$NS"]'));
    await expect(binaryPathIn(manifests, { baseImage: 'scratch' })).rejects.toMatchObject({
      message:
        'Deployment/a: "command" of container "manager" starts /bin/sh, and an image from scratch has no such program.',
      next: expect.stringContaining('"baseImage"') as string,
    });
  });

  it.each([
    ['command: [/start.sh]', 'hides the binary: /start.sh may start any program.'],
    ['command: [$(BINARY)]', 'starts $(BINARY), which only the pod can expand.'],
  ])('the container with %s is refused, because it %s', async (container, message) => {
    await writeFile(manifests, deployment('a', container));
    await expect(binaryPathIn(manifests, alpine)).rejects.toMatchObject({
      message: expect.stringContaining(message) as string,
      next: expect.stringContaining('"binaryPath"') as string,
    });
  });
});
