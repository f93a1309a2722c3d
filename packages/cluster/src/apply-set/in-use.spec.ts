import { describe, expect, it } from 'vitest';
import { podNeeds } from './in-use.js';

const needs = (spec: object) => [...podNeeds({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec })];
const inContainer = (container: object) => ({ containers: [{ name: 'c', ...container }] });

describe('podNeeds', () => {
  it.each([
    ['a volume of a ConfigMap', { volumes: [{ name: 'v', configMap: { name: 'x' } }] }, 'ConfigMap/x'],
    ['a volume of a Secret', { volumes: [{ name: 'v', secret: { secretName: 'x' } }] }, 'Secret/x'],
    ['a projected ConfigMap', { volumes: [{ projected: { sources: [{ configMap: { name: 'x' } }] } }] }, 'ConfigMap/x'],
    ['a projected Secret', { volumes: [{ projected: { sources: [{ secret: { name: 'x' } }] } }] }, 'Secret/x'],
    ['a Secret of a CSI driver', { volumes: [{ csi: { nodePublishSecretRef: { name: 'x' } } }] }, 'Secret/x'],
    ['a claim', { volumes: [{ persistentVolumeClaim: { claimName: 'x' } }] }, 'PersistentVolumeClaim/x'],
    ['envFrom a ConfigMap', inContainer({ envFrom: [{ configMapRef: { name: 'x' } }] }), 'ConfigMap/x'],
    ['envFrom a Secret', inContainer({ envFrom: [{ secretRef: { name: 'x' } }] }), 'Secret/x'],
    [
      'a variable of a ConfigMap',
      inContainer({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'x', key: 'k' } } }] }),
      'ConfigMap/x',
    ],
    [
      'a variable of an init container',
      { initContainers: [{ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'x', key: 'k' } } }] }] },
      'Secret/x',
    ],
    ['a Secret for images', { imagePullSecrets: [{ name: 'x' }] }, 'Secret/x'],
    ['a ServiceAccount', { serviceAccountName: 'x' }, 'ServiceAccount/x'],
  ])('a pod needs %s', (_, spec, expected) => expect(needs(spec)).toEqual([expected]));

  it('a pod needs nothing else', () =>
    expect(needs({ ...inContainer({ image: 'i', env: [{ name: 'A', value: 'b' }] }), volumes: [{ name: 'v', emptyDir: {} }] })).toEqual([]));
}); // prettier-ignore
