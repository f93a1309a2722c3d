import { describe } from 'vitest';
import { describeControl } from '../../nx/control-target.fixture.js';
import trigger from './executor.js';

describe('trigger', () =>
  describeControl(trigger, [
    [{ targets: ['go-build'] }, { verb: 'trigger', targets: ['go-build'] }],
    [{ targets: ['go-build', 'generate'] }, { verb: 'trigger', targets: ['go-build', 'generate'] }],
  ]));
