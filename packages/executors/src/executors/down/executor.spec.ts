import { describe } from 'vitest';
import { describeTarget, targetProject } from '../../nx/target-project.fixture.js';
import down from './executor.js';

describe('down', () => {
  const project = targetProject();
  describeTarget('down', down, project, {});
});
