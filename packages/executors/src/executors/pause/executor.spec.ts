import { describe } from 'vitest';
import { describeControl } from '../../nx/control-target.fixture.js';
import pause from './executor.js';

describe('pause', () =>
  describeControl(pause, [
    [{}, { verb: 'pause' }],
    [{ targets: [] }, { verb: 'pause' }],
    [{ targets: ['go-build', 'generate'] }, { verb: 'pause', targets: ['go-build', 'generate'] }],
  ]));
