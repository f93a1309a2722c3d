import { describe, expect, it } from 'vitest';
import { statusTable, type ClusterStatus } from './status.js';

const status: ClusterStatus = {
  running: false,
  home: '/state',
  kubeconfig: '/state/kubeconfig',
  context: 'nx-kube-local',
  server: 'https://127.0.0.1:26443',
  registry: 'localhost:5001',
  node: { name: 'nx-kube-local', ready: false, problem: 'the API server is not ready' },
  components: [
    { name: 'etcd', state: 'ready', pid: 12345, startedAt: '2026-01-01T00:00:00.000Z' },
    { name: 'kube-apiserver', state: 'not running' },
  ],
};

describe('statusTable', () => {
  it('the status table shows components, node and addresses', () => {
    expect(statusTable(status, Date.parse('2026-01-01T00:02:05.000Z'))).toBe(`COMPONENT       STATE        PID    AGE
etcd            ready        12345  2 min 5 s
kube-apiserver  not running

node        nx-kube-local: the API server is not ready
server      https://127.0.0.1:26443
registry    localhost:5001
kubeconfig  /state/kubeconfig (context nx-kube-local)`);
  });
});
