import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { executorContext } from './executor-context.fixture.js';
import { siblingOptions } from './sibling-target.js';
import { settle, withSettings } from './with-settings.js';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'nx-kube-with-settings-')));
  await mkdir(join(root, 'apps/one'), { recursive: true });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

const targets: Record<string, TargetConfiguration> = {
  dev: { executor: '@nx-kube/executors:dev', options: { timeout: 60 } },
  'kustomize-apply': {
    executor: '@nx-kube/executors:kustomize-apply',
    options: { context: 'shared', patches: [{ target: { kind: 'A' } }] },
    configurations: { debug: { registry: 'debug.example.com' } },
    defaultConfiguration: 'debug',
  },
};

function contextOf(overrides: Record<string, unknown> = {}): ExecutorContext {
  const context = executorContext(root, 'apps/one');
  context.projectsConfigurations.projects['one']!.targets = targets;
  const task = {
    id: 'one:dev',
    overrides,
    target: { project: 'one', target: 'dev' },
    outputs: [],
    parallelism: true,
    cache: false,
    continuous: false,
  };
  const taskGraph = { roots: [], tasks: { 'one:dev': task }, dependencies: {}, continuousDependencies: {} };
  return { ...context, targetName: 'dev', taskGraph };
}

describe('settle', () => {
  it('options and context stay unchanged without settings', async () => {
    const context = contextOf();
    const options = { timeout: 60 };
    const result = await settle(options, context);
    expect(result.options).toBe(options);
    expect(result.context).toBe(context);
  });

  it('settings override the options, and the command line overrides both', async () => {
    await writeFile(
      join(root, 'apps/one/dev-settings.yaml'),
      'dev: {timeout: 5, gracePeriod: 1, once: true, output: json}',
    );
    const options = { timeout: 60, gracePeriod: 30, once: false };
    const { options: settled } = await settle(options, contextOf({ 'grace-period': 30, once: false }));
    expect(settled).toEqual({ timeout: 5, gracePeriod: 30, once: false, output: 'json' });
  });

  it('settings override the options of sibling targets, in the configuration that runs', async () => {
    await writeFile(join(root, 'dev-settings.yaml'), 'kustomize-apply: {context: mine, allowContexts: [mine]}');
    const { context } = await settle({}, contextOf());
    expect(siblingOptions(context, 'kustomizeApply', 'kustomize-apply')).toEqual({
      context: 'mine',
      allowContexts: ['mine'],
      registry: 'debug.example.com',
      patches: [{ target: { kind: 'A' } }],
    });
    expect(siblingOptions(context, 'dev', 'dev')).toEqual({ timeout: 60 });
    // What Nx handed over is not touched.
    expect(targets['kustomize-apply']!.options).toEqual({ context: 'shared', patches: [{ target: { kind: 'A' } }] });
  });

  it('settings override the configuration that runs', async () => {
    await writeFile(join(root, 'dev-settings.yaml'), 'kustomize-apply: {registry: mine.example.com}');
    const { context } = await settle({}, contextOf());
    expect(siblingOptions(context, 'kustomizeApply', 'kustomize-apply')).toMatchObject({
      registry: 'mine.example.com',
    });
  });

  it('a target keeps the names of its configurations under settings', async () => {
    await writeFile(join(root, 'dev-settings.yaml'), 'kustomize-apply: {registry: mine.example.com}');
    const { context } = await settle({}, contextOf());
    const { configurations, options } = context.projectsConfigurations.projects['one']!.targets!['kustomize-apply']!;
    expect(configurations).toEqual({ debug: {} });
    expect(options).toMatchObject({ registry: 'mine.example.com', context: 'shared' });
  });

  it('a mistake that arises only from settings and options together is reported once', async () => {
    const context = { ...contextOf(), targetName: 'kustomize-apply' };
    await writeFile(join(root, 'dev-settings.yaml'), 'kustomize-apply: {components: {unpakcer: {enabled: true}}}');
    const error: unknown = await settle({ components: { unpacker: { path: 'config/unpacker' } } }, context).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      culprit: 'configuration',
      message: 'dev-settings.yaml: kustomize-apply.components.unpakcer has no path.',
    });
  });
});

describe('withSettings', () => {
  it('an executor runs with its settings, or reports the mistake in them and does not run', async () => {
    const runs: unknown[] = [];
    const executor = withSettings<{ timeout?: number }>(async (options) => {
      runs.push(options);
      return { success: true };
    });
    await writeFile(join(root, 'apps/one/dev-settings.yaml'), 'dev: {timeout: 5}');
    expect(await executor({ timeout: 60 }, contextOf())).toEqual({ success: true });
    expect(runs).toEqual([{ timeout: 5 }]);

    await writeFile(join(root, 'apps/one/dev-settings.yaml'), 'dev: {time: 5}');
    const errors: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => errors.push(String(text)) > 0);
    expect(await executor({ timeout: 60 }, contextOf())).toEqual({ success: false });
    expect(errors).toEqual(['apps/one/dev-settings.yaml: dev.time is not known.\n  → Did you mean timeout?\n']);
    expect(runs).toHaveLength(1);
  });
});
