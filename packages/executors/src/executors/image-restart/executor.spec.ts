import { describe } from 'vitest';
import { describeTarget, targetProject } from '../../nx/target-project.fixture.js';
import imageRestart from './executor.js';

describe('image-restart', () => {
  const project = targetProject();
  describeTarget('image-restart', imageRestart, project, {});
});
