import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executorContext } from './executor-context.fixture.js';
import { capturedOutput } from './output.fixture.js';
import type { Executor } from './with-settings.js';

export interface TargetProject {
  /** Of the workspace; absolute. */
  root: () => string;
  /** What has been printed. */
  output: () => string;
  /** @param path relative to the workspace */
  write: (path: string, text: string) => Promise<void>;
  /** What Nx hands to the executor of a target of the project. */
  context: (target: string, targets?: Record<string, TargetConfiguration>) => ExecutorContext;
}

/**
 * For each test the project `one`, in a workspace of its own, with a kubeconfig of clusters that do not exist: `local`
 * on this machine, and `current`, `of-apply` and `own` elsewhere.
 */
export function targetProject(): TargetProject {
  let root: string;
  let output: () => string;
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'nx-kube-target-')));
    const servers = { local: '127.0.0.1:1', current: '192.0.2.1', 'of-apply': '192.0.2.1', own: '192.0.2.1' };
    const kubeconfig = {
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'current' },
      clusters: Object.entries(servers).map(([name, host]) => ({ name, cluster: { server: `https://${host}` } })),
      contexts: Object.keys(servers).map((name) => ({ name, context: { cluster: name } })),
    };
    await write('kubeconfig', JSON.stringify(kubeconfig));
    await mkdir(join(root, 'one'));
    vi.stubEnv('KUBECONFIG', join(root, 'kubeconfig'));
    output = capturedOutput();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    await rm(root, { recursive: true, force: true });
  });
  return {
    root: () => root,
    output: () => output(),
    write,
    context: (target, targets = {}) => {
      const context = { ...executorContext(root, 'one'), targetName: target };
      context.projectsConfigurations.projects['one']!.targets = targets;
      return context;
    },
  };
}

/** A rendered Deployment, with the container that runs the controller. */
export const renderedDeployment = [
  'apiVersion: apps/v1',
  'kind: Deployment',
  'metadata: {name: one, namespace: system}',
  'spec: {selector: {matchLabels: {app: one}}, template: {spec: {containers: [{name: manager, image: x}]}}}',
].join('\n');

/**
 * The tests of every target that goes to the cluster of the apply target unless it says otherwise, with options that do
 * not stop it before.
 */
export function describeTarget<Options extends object>(
  target: string,
  executor: Executor<Options>,
  { output, context, write }: TargetProject,
  options: Options,
): void {
  describe('a context that is not local is refused', () => {
    it.each([
      ['current', {}, {}],
      ['of-apply', {}, { context: 'of-apply', allowContexts: ['current'] }],
      ['own', { context: 'own' }, { context: 'of-apply', allowContexts: ['of-apply'] }],
      ['own', { context: 'own', allowContexts: [] }, { allowContexts: ['own'] }],
    ])(
      'the context %s, which is not local, is refused with %j beside an apply target with %j',
      async (refused, own, apply) => {
        await write('dist/one/manifests.yaml', renderedDeployment);
        const targets = { 'kustomize-apply': { options: apply }, 'go-build': {} };
        expect(await executor({ ...options, ...own }, context(target, targets))).toEqual({ success: false });
        expect(output()).toContain(`Context "${refused}" is not a local cluster`);
        expect(output()).toContain(`→ Choose a local context, or add "${refused}" to allowContexts.`);
      },
    );
  });

  it('a missing apply target that the option kustomizeApply names is an error', async () => {
    const targets = { deploy: {}, 'go-build': {} };
    const wrong = { ...options, kustomizeApply: 'kustomize-aply' };
    expect(await executor(wrong, context(target, targets))).toEqual({ success: false });
    expect(output()).toBe(
      'one has no target "kustomize-aply", which the option "kustomizeApply" names.\n  → Set "kustomizeApply" to one of deploy, go-build.\n',
    );
  });

  it('a mistake in the settings of a developer is reported before any connection to the cluster', async () => {
    await write('one/dev-settings.yaml', `${target}: {contxt: local}`);
    const targets = { [target]: { executor: `@nx-kube/executors:${target}` }, 'kustomize-apply': {} };
    expect(await executor(options, context(target, targets))).toEqual({ success: false });
    expect(output()).toBe(`one/dev-settings.yaml: ${target}.contxt is not known.\n  → Did you mean context?\n`);
  });
}
