import { describe } from 'vitest';
import { describeControl } from '../../nx/control-target.fixture.js';
import status from './executor.js';

describe('status', () => describeControl(status, [[{}, { verb: 'status' }]]));
