import { describe, expect, it } from 'vitest';
import { statusTable } from './status-table.js';

describe('statusTable', () => {
  it('the status table shows each target with its gate, state and last outcome, the problems, and the pods', () =>
    expect(
      statusTable({
        project: 'p',
        context: 'kind-dev',
        healthy: false,
        message: 'Deployment/d/p: 0 of 1 replicas are available',
        targets: [
          {
            target: 'go-build',
            mode: 'auto',
            paused: true,
            waiting: ['a', 'b'],
            state: 'ok',
            last: { edit: 3, outcome: 'delivered', totalMs: 3456 },
          },
          {
            target: 'kustomize-build',
            mode: 'manual',
            paused: false,
            waiting: [],
            state: 'error',
            message: 'no such file',
          },
        ],
        forwards: [
          { name: 'app=registry:5000', address: '127.0.0.1:5000', state: 'failing', message: 'no pod is ready' },
        ],
        pods: [{ pod: 'p-1', state: 'current', digest: 'sha256:0123456789abcdef' }],
      }).split('\n'),
    ).toEqual([
      'p in kind-dev: not healthy: Deployment/d/p: 0 of 1 replicas are available',
      '  go-build         paused, 2 files waiting  ok     #3 delivered in 3.5 s',
      '  kustomize-build  manual                   error',
      '  kustomize-build: no such file',
      '  127.0.0.1:5000 → app=registry:5000 failing: no pod is ready',
      '  Pod/p-1 current sha256:0123456789ab',
    ]));

  it('a target and a port-forward that wait are shown with what they wait for', () =>
    expect(
      statusTable({
        ...{
          project: 'p',
          context: 'kind-dev',
          healthy: false,
          message: '0 of 1 pods of StatefulSet/d/p exist',
          pods: [],
        },
        targets: [
          {
            target: 'go-build',
            mode: 'auto',
            paused: false,
            waiting: [],
            state: 'pending',
            waitsFor: 'kustomize-build',
          },
        ],
        forwards: [
          {
            name: 'app=r:1',
            address: '127.0.0.1:1',
            state: 'failing',
            message: 'app=r:1 has no ready pod.',
            waits: true,
          },
        ],
      }).split('\n'),
    ).toEqual([
      'p in kind-dev: not healthy: 0 of 1 pods of StatefulSet/d/p exist',
      '  go-build  auto  waits for kustomize-build',
      '  127.0.0.1:1 → app=r:1 waits: app=r:1 has no ready pod.',
    ]));
});
