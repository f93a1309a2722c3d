import type { TargetConfiguration } from '@nx/devkit';
import { describe, expect, it } from 'vitest';
import { executorContext } from './executor-context.fixture.js';
import { settingsChanges } from './settings-changes.js';

function context(targets: Record<string, TargetConfiguration>) {
  const made = executorContext('/ws', 'one');
  made.projectsConfigurations.projects['one']!.targets = targets;
  return made;
}

describe('settingsChanges', () => {
  it('settingsChanges names each option that differs, also new and removed ones', () => {
    const before = context({ dev: { options: { logs: true, timeout: 1 } }, down: { options: { crds: true } } });
    const after = context({ dev: { options: { timeout: 1, output: 'json' } }, down: { options: { crds: true } } });
    expect(settingsChanges(before, after)).toEqual(['dev.logs', 'dev.output']);
    expect(settingsChanges(before, before)).toEqual([]);
  });
});
