import type { KubeObject } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { imageName, imageUses, replaceImage } from './image.js';
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

describe('replaceImage beside the container under development', () => {
  const rendered = 'controller:latest';
  const [reference, current] = ['localhost/controller:1', 'localhost/controller:1-2'];
  const own = (object: KubeObject) => ({ own: { object, container: 'manager', program: '/manager' } });
  const replaced = (object: KubeObject, more = {}) =>
    replaceImage([object], rendered, reference, { current, ...more })[0]! as KubeObject;

  it.each([
    ['a variable', { env: [{ name: 'SELF', value: rendered }] }, { env: [{ name: 'SELF', value: current }] }],
    ['an argument', { args: ['--image', rendered] }, { args: ['--image', current] }],
    ['the value of a flag', { args: [`--image=${rendered}`] }, { args: [`--image=${current}`] }],
    [
      'a part of a value',
      { env: [{ name: 'A', value: `docker://${rendered}` }] },
      { env: [{ name: 'A', value: `docker://${rendered}` }] },
    ],
    ['another tag', { args: ['--old=controller:v1'] }, { args: ['--old=controller:v1'] }],
    ['the name without a tag', { args: ['controller'] }, { args: ['controller'] }],
  ])('%s is replaced only where the whole value is the image', (_, container, after) => {
    const object = deployment('a', container);
    expect(replaced(object, own(object)).spec.template.spec.containers[0]).toMatchObject(after);
  });

  it('custom resources and ConfigMaps have the current image, and Secrets and metadata stay', () => {
    const backup = {
      apiVersion: 'a/v1',
      kind: 'Backup',
      metadata: { name: 'b' },
      spec: { jobs: [{ image: rendered }] },
    };
    expect(replaced(backup).spec).toEqual({ jobs: [{ image: current }] });
    expect(replaced({ ...configMap, data: { image: rendered } }).data).toEqual({ image: current });
    const secret = { ...configMap, kind: 'Secret', stringData: { image: rendered } };
    expect(replaced(secret)).toBe(secret);
    const labelled = { ...configMap, metadata: { name: 'a', annotations: { image: rendered } } };
    expect(replaced(labelled)).toBe(labelled);
  });

  it('another container of the pod has the current image if it runs the binary', () => {
    const object = deployment('a');
    object.spec.template.spec.initContainers = [
      { name: 'migrate', image: rendered, command: ['/manager', 'migrate'] },
      { name: 'own-entrypoint', image: rendered, args: ['x'] },
      { name: 'files', image: rendered, command: ['/bin/chown', '1', '/data'] },
    ];
    const { containers, initContainers } = replaced(object, own(object)).spec.template.spec;
    expect(initContainers.map(({ image }: { image: string }) => image)).toEqual([current, current, reference]);
    // The pod is replaced anyway when the image of its init container changes.
    expect(containers[0].image).toBe(current);
    expect(imageUses([object], rendered, own(object))).toEqual([
      expect.objectContaining({ field: 'initContainers[migrate].image', as: 'container', isOwn: false }),
      expect.objectContaining({ field: 'initContainers[own-entrypoint].image' }),
    ]);
  });

  it('the container under development keeps its image when only other objects have the current one', () => {
    const [object, cron] = [deployment('a'), deployment('b')];
    const [one, two] = replaceImage([object, cron], rendered, reference, { current, ...own(object) });
    expect(one!.spec.template.spec.containers[0].image).toBe(reference);
    expect(two!.spec.template.spec.containers[0].image).toBe(current);
  });

  it.each([
    ['node', undefined, 'IfNotPresent'],
    ['node', 'Always', 'IfNotPresent'],
    ['node', 'Never', 'Never'],
    ['registry', 'Never', 'IfNotPresent'],
    ['registry', 'Always', 'Always'],
    ['registry', undefined, undefined],
  ] as const)('an image from a %s with the policy %s gets the policy %s', (source, before, after) => {
    const object = deployment('a', { imagePullPolicy: before });
    const [container] = replaced(object, { source }).spec.template.spec.containers;
    expect(container.imagePullPolicy).toBe(after);
  });

  it('an option names further fields, and the part of the reference that they hold', () => {
    const backup = {
      apiVersion: 'a/v1',
      kind: 'Backup',
      metadata: { name: 'b' },
      spec: { image: { repository: 'x', tag: 'y' }, jobs: [{ image: 'x:y' }, { image: 'z' }] },
    };
    const target = { kind: 'Backup' };
    const fields = [
      { target, path: '/spec/image/repository', value: 'name' as const },
      { target, path: '/spec/image/tag', value: 'tag' as const },
      { target, path: '/spec/jobs/*/image' },
    ];
    expect(replaced(backup, { fields }).spec).toEqual({
      image: { repository: 'localhost/controller', tag: '1-2' },
      jobs: [{ image: current }, { image: current }],
    });
    expect(() => replaced(configMap, { fields })).toThrow(
      '"imageFields[0]": no object has a text at /spec/image/repository.',
    );
  });
});
