import { describe, expect, it } from 'vitest';
import { describeTarget, targetProject } from '../../nx/target-project.fixture.js';
import flux from './executor.js';

describe('flux', () => {
  const project = targetProject();
  describeTarget('flux', flux, project, { enabled: true });

  it('a target that is not enabled does nothing, in any context', async () => {
    expect(await flux({}, project.context('flux'))).toEqual({ success: true });
    expect(project.output()).toBe('Flux is off. Set the option "enabled" to install it.\n');
  });

  it('the target needs no apply target', async () => {
    expect(await flux({ enabled: true }, project.context('flux'))).toEqual({ success: false });
    expect(project.output()).toContain('Context "current" is not a local cluster');
  });
});
