import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { planSecrets } from '../secrets/plan-secrets.js';
import { loadSettings } from './load.js';
import { executorNames } from './schema.js';

const examples = join(import.meta.dirname, '../../../../examples');

it('the examples of settings are good as they are, with nothing set in the environment', async () => {
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
      const [layer] = await loadSettings({ workspaceRoot: directory, projectRoot: '.', targets, env: {} });
      const { settings } = layer!;
      expect(settings['dev']).toHaveProperty('timeout');
      if (settings['secrets']) expect(planSecrets(settings['secrets']['secrets']).problems).toEqual([]);
    } finally {
      await rm(directory, { recursive: true });
    }
  }
});
