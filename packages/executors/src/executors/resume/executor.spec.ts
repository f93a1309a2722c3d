import { describe } from 'vitest';
import { describeControl } from '../../nx/control-target.fixture.js';
import resume from './executor.js';

describe('resume', () =>
  describeControl(resume, [
    [{}, { verb: 'resume' }],
    [{ targets: [] }, { verb: 'resume' }],
    [{ targets: ['go-build', 'generate'] }, { verb: 'resume', targets: ['go-build', 'generate'] }],
  ]));
