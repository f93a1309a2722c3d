import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { capturedOutput } from '../../nx/output.fixture.js';
import secrets from './executor.js';

let root: string;
let output: () => string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-kube-secrets-target-'));
  const contexts = ['current', 'of-apply', 'own'];
  const kubeconfig = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': contexts[0] },
    clusters: contexts.map((name) => ({ name, cluster: { server: 'https://192.0.2.1:6443' } })),
    contexts: contexts.map((name) => ({ name, context: { cluster: name } })),
  };
  await writeFile(join(root, 'kubeconfig'), JSON.stringify(kubeconfig));
  vi.stubEnv('KUBECONFIG', join(root, 'kubeconfig'));
  output = capturedOutput();
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

function contextWith(apply?: { context: string }): ExecutorContext {
  const context = { ...executorContext(root, 'one'), targetName: 'secrets' };
  const targets = { secrets: {}, ...(apply && { 'kustomize-apply': { options: apply } }) };
  context.projectsConfigurations.projects['one']!.targets = targets;
  return context;
}

describe('secrets', () => {
  it('a target that is not enabled does nothing and reports that', async () => {
    expect(await secrets({ enabled: false }, contextWith({ context: 'of-apply' }))).toEqual({ success: true });
    expect(output()).toBe('Secrets are off. Set the option "enabled" to make them.\n');
  });

  it.each([
    ['current', {}, undefined],
    ['of-apply', {}, { context: 'of-apply' }],
    ['own', { context: 'own' }, { context: 'of-apply' }],
  ])('a target goes to the context "%s" with %j beside an apply target with %j', async (context, own, apply) => {
    expect(await secrets({ secrets: [], ...own }, contextWith(apply))).toEqual({ success: false });
    expect(output()).toContain(`Context "${context}" is not a local cluster`);
  });
});
