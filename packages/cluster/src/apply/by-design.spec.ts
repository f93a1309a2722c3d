import { describe, expect, it } from 'vitest';
import type { KubeObject, ManagedFieldsEntry } from '../object/kube-object.js';
import { fieldsOfControllers, leftToControllers, scaledToZero, scaledWorkloads } from './by-design.js';

const inject = { 'cert-manager.io/inject-ca-from': 'n/serving-cert' };
const scaler = (kind: string, apiVersion: string, scaleTargetRef: object): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name: 's', namespace: 'n' } },
  spec: { scaleTargetRef },
});
const workload = (kind: string, replicas?: number): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind, metadata: { name: 'app', namespace: 'n' } },
  spec: { ...(replicas !== undefined && { replicas }), paused: false },
});
const webhooks = (caBundle?: string): KubeObject => ({
  ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
  metadata: { name: 'w', annotations: inject },
  webhooks: [{ name: 'v.example.com', clientConfig: { ...(caBundle && { caBundle }), service: {} } }],
});
const bundle = '.webhooks[name="v.example.com"].clientConfig.caBundle';
const managed = (manager: string, operation: 'Apply' | 'Update', fieldsV1: object): ManagedFieldsEntry => ({
  ...{ manager, operation, fieldsV1: fieldsV1 as Record<string, unknown> },
});
const managing = (object: KubeObject, ...managedFields: ManagedFieldsEntry[]): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, managedFields },
});
const replicas = { 'f:spec': { 'f:replicas': {} } };

describe('fieldsOfControllers', () => {
  it.each([
    [scaler('HorizontalPodAutoscaler', 'autoscaling/v2', { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'app' }), 'StatefulSet'],
    [scaler('ScaledObject', 'keda.sh/v1alpha1', { name: 'app' }), 'Deployment'],
  ])('the replicas of a workload belong to the autoscaler beside it', (autoscaler, kind) => {
    const scaled = scaledWorkloads([autoscaler], 'default');
    expect(fieldsOfControllers(workload(kind, 2), scaled)).toEqual(['.spec.replicas']);
    expect(fieldsOfControllers({ ...workload(kind, 2), metadata: { name: 'other', namespace: 'n' } }, scaled)).toEqual([]);
  }); // prettier-ignore

  it.each([
    [webhooks('Cg=='), bundle],
    [
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'c', annotations: inject } },
      '.spec.conversion.webhook.clientConfig.caBundle',
    ],
    [{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name: 'a', annotations: inject } }, '.spec.caBundle'],
  ])('the CA bundle of an object belongs to cert-manager where an annotation asks for it', (object, field) => {
    expect(fieldsOfControllers(object, new Set())).toEqual([field]);
    expect(fieldsOfControllers({ ...object, metadata: { name: 'x' } }, new Set())).toEqual([]);
  }); // prettier-ignore
});

describe('scaledToZero', () => {
  it('a workload that we applied is scaled to zero if nobody manages its replicas', () => {
    const wanted = workload('StatefulSet', 1);
    const live = (...entries: ManagedFieldsEntry[]) => managing(workload('StatefulSet', 0), ...entries);
    const ours = managed('nx-kube', 'Apply', { 'f:spec': { 'f:paused': {} } });
    expect(scaledToZero(wanted, live(ours), 'nx-kube')).toEqual({ field: '.spec.replicas', manager: 'kubectl scale' });
    expect(scaledToZero(wanted, live(ours, managed('x', 'Update', replicas)), 'nx-kube')).toBeUndefined();
    expect(scaledToZero(wanted, live(), 'nx-kube')).toBeUndefined();
    expect(scaledToZero(workload('StatefulSet', 0), live(ours), 'nx-kube')).toBeUndefined();
  });
});

describe('leftToControllers', () => {
  it('a field that the controller manages is left out', () => {
    const live = managing(webhooks('Y2E='), managed('cainjector', 'Update', {
      'f:webhooks': { 'k:{"name":"v.example.com"}': { 'f:clientConfig': { 'f:caBundle': {} } } },
    })); // prettier-ignore
    expect(leftToControllers(webhooks('Cg=='), live, [bundle], 'nx-kube')).toEqual(webhooks());
  });

  it('a field that the controller has not set yet keeps its live value', () => {
    const live = managing(workload('Deployment', 3), managed('nx-kube', 'Apply', replicas));
    const left = (object: KubeObject) => leftToControllers(object, live, ['.spec.replicas'], 'nx-kube');
    expect(left(workload('Deployment', 1))).toEqual(workload('Deployment', 3));
    // Left out by its only manager, the field would fall back to one replica.
    expect(left(workload('Deployment'))).toEqual({ ...workload('Deployment'), spec: { paused: false, replicas: 3 } });
  });

  it('a field that nobody manages is not added', () => {
    const live = managing(workload('Deployment', 1));
    expect(leftToControllers(workload('Deployment'), live, ['.spec.replicas'], 'nx-kube')).toEqual(workload('Deployment'));
  }); // prettier-ignore
});
