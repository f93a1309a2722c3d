import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolute, binaryPathIn } from './binary-path.js';

describe('where the workload expects the binary', () => {
  let manifests: string;
  beforeEach(async () => {
    manifests = join(await mkdtemp(join(tmpdir(), 'nx-kube-path-')), 'manifests.yaml');
  });
  afterEach(() => rm(join(manifests, '..'), { recursive: true, force: true }));

  const deployment = (name: string, command: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: manager, image: x, ${command}}]}}}\n`;

  it('is what its command begins with', async () => {
    await writeFile(manifests, deployment('a', 'command: [/app/run, --flag]'));
    expect(await binaryPathIn(manifests, {})).toBe('/app/run');
  });

  it('is /manager where it leaves that to the image, or there are no manifests yet', async () => {
    expect(await binaryPathIn(manifests, {})).toBe('/manager');
    await writeFile(manifests, deployment('a', 'args: [--flag]'));
    expect(await binaryPathIn(manifests, {})).toBe('/manager');
  });

  it('has to be said where there are several workloads', async () => {
    await writeFile(manifests, `${deployment('a', 'command: [/a]')}---\n${deployment('b', 'command: [/b]')}`);
    await expect(binaryPathIn(manifests, {})).rejects.toThrow(`${manifests} has several workloads`);
    expect(await binaryPathIn(manifests, { workload: 'b' })).toBe('/b');
  });

  it.each([
    ['/manager', '/manager'],
    ['./manager', '/manager'],
    ['bin/../manager', '/manager'],
    ['manager', '/usr/local/bin/manager'],
  ])('for the command %s is %s', (command, path) => {
    expect(absolute(command)).toBe(path);
  });
});
