import { describe, expect, it } from 'vitest';
import { Gate } from '../loop/plan/gate.js';
import { StatusReader } from './status.js';

const gate = Gate.of([['go-build', 'auto']]);

describe('StatusReader', () => {
  it('what was healthy is not healthy while the cluster does not answer', () => {
    const reader = new StatusReader('p');
    reader.emit({ type: 'healthy' });
    reader.emit({ type: 'cluster', state: 'unreachable', message: 'The API server does not answer.' });
    expect(reader.status(gate)).toMatchObject({ healthy: false, message: 'The API server does not answer.' });
    reader.emit({ type: 'cluster', state: 'reachable' });
    expect(reader.status(gate)).toMatchObject({ healthy: true, message: undefined });
  });

  it('the message of a failed target goes when the target is fixed', () => {
    const reader = new StatusReader('p');
    reader.emit({ type: 'target', target: 'go-build', state: 'error', message: 'exited with code 0' });
    reader.emit({ type: 'target', target: 'go-build', state: 'ok' });
    expect(reader.status(gate).targets).toMatchObject([{ state: 'ok', message: undefined }]);
  });
});
