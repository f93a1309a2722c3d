import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planSecrets } from '../secrets/spec/plan-secrets.js';
import { layOver } from './lay-over.js';
import { loadSettings } from './load.js';
import type { Mistake } from './mistake.js';
import { executorNames } from './schema.js';

const examples = join(import.meta.dirname, '../../../../examples');

describe('dev-settings.example.yaml', () => {
  it('every example of a settings file is valid as it stands, with an empty environment', async () => {
    const files = (await readdir(examples, { recursive: true })).filter((path) =>
      path.endsWith('dev-settings.example.yaml'),
    );
    expect(files.length).toBeGreaterThan(1);
    const targets = Object.fromEntries(
      (await executorNames()).map((name) => [name, { executor: `@nx-kube/executors:${name}` }]),
    );
    for (const file of files) {
      const directory = await mkdtemp(join(tmpdir(), 'nx-kube-example-'));
      try {
        await copyFile(join(examples, file), join(directory, 'dev-settings.yaml'));
        const layers = await loadSettings({ workspaceRoot: directory, projectRoot: '.', targets, env: {} });
        const mistakes: Mistake[] = [];
        const own = await targetsBeside(join(examples, file));
        const over = (target: string) =>
          layOver({ ...targets[target], target, options: own[target]?.options ?? {} }, layers, mistakes);
        expect(await over('dev')).toHaveProperty('timeout');
        const { secrets }: { secrets?: unknown } = await over('secrets');
        if (secrets) expect(planSecrets(secrets).mistakes).toEqual([]);
        await Promise.all(Object.keys(targets).map(over));
        expect(mistakes).toEqual([]);
      } finally {
        await rm(directory, { recursive: true });
      }
    }
  });
});

/** Returns the targets in the project.json beside an example. */
async function targetsBeside(file: string): Promise<Record<string, { options?: object }>> {
  const text = await readFile(join(dirname(file), 'project.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { targets?: Record<string, { options?: object }> }).targets ?? {};
}
