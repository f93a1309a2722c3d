import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { absolute, binaryPathIn } from './binary-path.js';

describe('binaryPathIn and absolute', () => {
  let manifests: string;
  beforeEach(async () => {
    manifests = join(await mkdtemp(join(tmpdir(), 'nx-kube-path-')), 'manifests.yaml');
  });
  afterEach(() => rm(join(manifests, '..'), { recursive: true, force: true }));

  const deployment = (name: string, command: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: ${name}}\nspec: {template: {spec: {containers: [{name: manager, image: x, ${command}}]}}}\n`;

  it('the path is the first word of the command', async () => {
    await writeFile(manifests, deployment('a', 'command: [/app/run, --flag]'));
    expect(await binaryPathIn(manifests, {})).toBe('/app/run');
  });

  it('the path is /manager when there is no command, or there are no manifests', async () => {
    expect(await binaryPathIn(manifests, {})).toBe('/manager');
    await writeFile(manifests, deployment('a', 'args: [--flag]'));
    expect(await binaryPathIn(manifests, {})).toBe('/manager');
  });

  it('several workloads are refused without a choice', async () => {
    await writeFile(manifests, `${deployment('a', 'command: [/a]')}---\n${deployment('b', 'command: [/b]')}`);
    await expect(binaryPathIn(manifests, {})).rejects.toThrow(`${manifests} has several workloads`);
    expect(await binaryPathIn(manifests, { workload: 'b' })).toBe('/b');
  });

  it.each([
    ['/manager', '/manager'],
    ['./manager', '/manager'],
    ['bin/../manager', '/manager'],
    ['manager', '/usr/local/bin/manager'],
  ])('the command %s is the path %s', (command, path) => {
    expect(absolute(command)).toBe(path);
  });
});
