import { describe, expect, it } from 'vitest';
import { describeTarget, targetProject } from '../../nx/target-project.fixture.js';
import flux from './executor.js';

describe('flux', () => {
  const project = targetProject();
  describeTarget('flux', flux, project, { enabled: true });

  it('does nothing unless it is enabled, wherever the context leads', async () => {
    expect(await flux({}, project.context('flux'))).toEqual({ success: true });
    expect(project.output()).toBe('Flux is off. Set the option "enabled" to install it.\n');
  });

  it('needs no apply target', async () => {
    expect(await flux({ enabled: true }, project.context('flux'))).toEqual({ success: false });
    expect(project.output()).toContain('Context "current" is not a local cluster');
  });
});
