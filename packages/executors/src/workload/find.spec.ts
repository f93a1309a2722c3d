import { describe, expect, it } from 'vitest';
import { findWorkload } from './find.js';
import { configMap, deployment } from './workload.fixture.js';

const source = 'manifests.yaml';
const nameFound = (names: string[], choice = {}) =>
  findWorkload([configMap, ...names.map((name) => deployment(name))], choice, source).object.metadata.name;

describe('findWorkload', () => {
  it('the only workload is chosen', () => expect(nameFound(['a'])).toBe('a'));
  it('the workload with the name of the project is chosen', () =>
    expect(nameFound(['registry', 'ocm'], { project: 'ocm' })).toBe('ocm'));
  it('the workload with the name that kubebuilder gives is chosen', () =>
    expect(nameFound(['registry', 'ocm-controller-manager'], { project: 'x' })).toBe('ocm-controller-manager'));
  it('the workload of the option is chosen by name or Kind/name', () => {
    expect(nameFound(['a', 'b'], { workload: 'b' })).toBe('b');
    expect(nameFound(['a', 'b'], { workload: 'Deployment/b' })).toBe('b');
  });
  it('the container of the option, the default annotation or the name manager is chosen', () => {
    const object = deployment('a');
    object.spec.template.spec.containers.unshift({ name: 'proxy' }, { name: 'other' });
    expect(findWorkload([object], {}, source).container.name).toBe('manager');
    expect(findWorkload([object], { container: 'proxy' }, source).container.name).toBe('proxy');
    object.spec.template.metadata.annotations = { 'kubectl.kubernetes.io/default-container': 'other' };
    expect(findWorkload([object], {}, source).container.name).toBe('other');
  });

  it.each([
    [['a', 'b'], {}, 'manifests.yaml has several workloads: Deployment/demo/a, Deployment/demo/b.'],
    [['a'], { workload: 'b' }, 'manifests.yaml has no workload "b"; it has Deployment/demo/a.'],
    [['a'], { workload: 'StatefulSet/a' }, 'manifests.yaml has no workload "StatefulSet/a"; it has Deployment/demo/a.'],
    [['a'], { container: 'x' }, 'manifests.yaml: Deployment/demo/a has no container "x"; it has manager.'],
    [[], {}, 'manifests.yaml has no Deployment, StatefulSet or DaemonSet to develop.'],
  ])('the choice among %j with %j fails with "%s"', (names, choice, message) =>
    expect(() => nameFound(names, choice)).toThrow(message),
  );
});
