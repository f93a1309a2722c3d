import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { imageName, replaceImage } from './image.js';
import { configMap, deployment } from './workload.fixture.js';

describe('imageName', () => {
  it.each([
    ['controller:latest', 'controller'],
    ['controller', 'controller'],
    ['host:5000/team/app', 'host:5000/team/app'],
    ['host:5000/team/app:v1', 'host:5000/team/app'],
    ['host/app@sha256:abc', 'host/app'],
    ['host/app:v1@sha256:abc', 'host/app'],
  ])('the name of the image %s is %s', (reference, name) => expect(imageName(reference)).toBe(name));
});

describe('replaceImage', () => {
  it('only containers with the image change, in every kind of workload', () => {
    const other = deployment('b', { image: 'controller-tools:latest' });
    const cron: KubeObject = { ...deployment('c'), kind: 'CronJob' };
    cron.spec = { jobTemplate: { spec: deployment('c').spec } };
    const after = replaceImage([deployment('a'), other, cron, configMap], 'controller', 'localhost/controller:1');
    expect(after[0]!.spec.template.spec.containers[0].image).toBe('localhost/controller:1');
    expect(after[1]).toEqual(other);
    expect(after[2]!.spec.jobTemplate.spec.template.spec.containers[0].image).toBe('localhost/controller:1');
    expect(after[3]).toBe(configMap);
  });
});
