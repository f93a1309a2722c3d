import { describe, expect, it } from 'vitest';
import { unknownPods } from './node-readiness.js';

const pod = (name: string, uid = name, phase = 'Running') => ({
  metadata: { uid, namespace: 'ns', name },
  status: { phase },
});

describe('unknownPods', () => {
  it('a pod that the kubelet does not list is unknown', () =>
    expect(unknownPods({ items: [pod('a'), pod('b')] }, { items: [pod('b')] })).toEqual(['Pod/ns/a']));

  it('a pod that was replaced under the same name is unknown', () =>
    expect(unknownPods({ items: [pod('a', 'new')] }, { items: [pod('a', 'old')] })).toEqual(['Pod/ns/a']));

  it('a pod that has ended is not unknown', () =>
    expect(unknownPods({ items: [pod('a', 'a', 'Succeeded'), pod('b', 'b', 'Failed')] }, { items: null })).toEqual([]));

  it('all pods are unknown to a kubelet that lists none', () =>
    expect(unknownPods({ items: [pod('a')] }, { items: null })).toEqual(['Pod/ns/a']));
});
