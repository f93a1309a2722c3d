import type { KubeObject } from '@nx-kube/cluster';
import { answer } from '@nx-kube/testing/cluster/fake-api-server.js';
import { describe, expect, it } from 'vitest';
import { configMap, deployment } from '../workload/workload.fixture.js';
import { checkInCluster, checkRendered, requireNone } from './check-content.js';
import type { ContentOptions, OtherObjects } from './content.js';
import { fakeCluster } from './fake-cluster.fixture.js';

const options: ContentOptions = { project: 'x', manifests: 'm.yaml', image: 'image', stateDirectory: '/nowhere' };
const alone: OtherObjects = { extra: [], components: { before: [], after: [] } };
const object = (apiVersion: string, kind: string, name: string, namespace?: string, spec?: object): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name, namespace }, spec },
});
const namespace = (name: string) => object('v1', 'Namespace', name);
const certificate = (name: string, at = 'demo') => object('cert-manager.io/v1', 'Certificate', name, at);
const issuer = object('cert-manager.io/v1', 'Issuer', 'self', 'demo');
const quota = (hard: object, more = {}) => object('v1', 'ResourceQuota', 'q', 'demo', { hard, ...more });

const messages = (errors: readonly Error[]) => errors.map(({ message }) => message);

describe('checkRendered', () => {
  const checked = async (objects: KubeObject[], more: Partial<ContentOptions> = {}, imageFor = {}) =>
    messages((await checkRendered(objects, { ...options, ...more }, imageFor)).errors);

  it('several workloads are one error, although image-build and kustomize-apply both look for one', async () => {
    const two = [deployment('a'), deployment('b')];
    expect(await checked(two)).toEqual(['m.yaml has several workloads: Deployment/demo/a, Deployment/demo/b.']);
    expect(await checked(two, { workload: 'a' }, { workload: 'b' })).toEqual([]);
  });

  it('a choice that only kustomize-apply makes leaves the error of image-build', async () => {
    const two = [deployment('a'), deployment('b')];
    expect(await checked(two, { workload: 'a' })).toEqual([expect.stringContaining('has several workloads')]);
    expect(await checked(two, { workload: 'a' }, { workload: 'c' })).toEqual([
      expect.stringContaining('has no workload "c"'),
    ]);
  });

  it('a command that hides the binary is an error of each target that needs its path', async () => {
    const hidden = [deployment('a', { command: ['/start.sh'] })];
    const message = expect.stringContaining('hides the binary: /start.sh may start any program.') as string;
    expect(await checked(hidden)).toEqual([message]);
    expect(await checked(hidden, { agent: false }, undefined)).toEqual([message]);
    const dynamic = [deployment('a', { command: ['sh', '-c', 'exec /m --ns=$NS'], args: undefined })];
    expect(await checked(dynamic)).toEqual([expect.stringContaining('an image from scratch has no such program')]);
    expect(await checked(dynamic, {}, { baseImage: 'alpine:3' })).toEqual([]);
  });

  it('a missing container, a missing workload and a patch without a choice are errors', async () => {
    expect(await checked([deployment('a')], { container: 'x' })).toEqual([
      'm.yaml: Deployment/demo/a has no container "x"; it has manager.',
    ]);
    expect(await checked([configMap])).toEqual(['m.yaml has no Deployment, StatefulSet or DaemonSet to develop.']);
    expect(await checked([deployment('a')], { patches: [{ target: {} }] })).toEqual([
      '"patches[0]" needs exactly one of "merge" and "json".',
    ]);
  });
});

describe('checkInCluster (with a fake API server)', () => {
  const checked = async (objects: KubeObject[], live: KubeObject[] = [], others = alone) => {
    const { cluster } = await fakeCluster({ objects: [namespace('default'), namespace('demo'), ...live] });
    return messages(await checkInCluster(cluster, objects, others, options));
  };

  it('each unknown kind is an error with its objects, and so is each missing namespace', async () => {
    const objects = [deployment('app'), certificate('a'), certificate('b'), issuer, { ...configMap, metadata: { name: 'c', namespace: 'none' } }]; // prettier-ignore
    expect(await checked(objects)).toEqual([
      'The cluster does not know the kind Certificate of cert-manager.io/v1: Certificate/demo/a, Certificate/demo/b.',
      'The cluster does not know the kind Issuer of cert-manager.io/v1: Issuer/demo/self.',
      'Namespace/none is missing: it is to hold ConfigMap/none/c.',
    ]);
  });

  it("the namespace of the context is checked, for it holds the set's parent", async () => {
    const { cluster } = await fakeCluster({ objects: [namespace('demo')] });
    expect(messages(await checkInCluster(cluster, [deployment('app')], alone, options))).toEqual([
      'Namespace/default is missing: it holds Secret/default/nx-kube-x.',
    ]);
  });

  it('kinds and namespaces that the objects bring are known', async () => {
    const names = { group: 'cert-manager.io', names: { kind: 'Certificate' }, scope: 'Namespaced' };
    const crd = object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'c', undefined, names);
    const objects = [certificate('a', 'new'), certificate('b')];
    const unknown = 'The cluster does not know the kind CustomResourceDefinition of apiextensions.k8s.io/v1: CustomResourceDefinition/c.'; // prettier-ignore
    expect(await checked([crd, ...objects])).toEqual([
      unknown,
      'Namespace/new is missing: it is to hold Certificate/new/a.',
    ]);
    const components = { before: [], after: [[namespace('new'), crd]] };
    expect(await checked(objects, [], { extra: [], components })).toEqual([]);
  });

  it('objects after a component are not checked, for it may install their kinds', async () => {
    const components = { before: [[deployment('operator')]], after: [] };
    expect(await checked([certificate('a')], [], { extra: [], components })).toEqual([]);
  });

  it('a namespace that may not be read is no error', async () => {
    const { cluster } = await fakeCluster({
      objects: [],
      onRead: (path, response) => {
        if (!path.startsWith('/api/v1/namespaces/')) return false;
        answer(response, 403, { kind: 'Status', reason: 'Forbidden', message: 'forbidden', code: 403 });
        return true;
      },
    });
    expect(await checkInCluster(cluster, [deployment('app')], alone, options)).toEqual([]);
  });

  it.each<[string, KubeObject, KubeObject[], string[]]>([
    [
      'that counts what a container does not set',
      quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' }),
      [],
      ['Deployment/demo/app: container "manager" has no requests.cpu, which ResourceQuota/demo/q demands.'],
    ],
    [
      'that allows less than one pod',
      quota({ memory: '64Mi' }),
      [],
      ['Deployment/demo/app: one pod is more than ResourceQuota/demo/q allows: memory 64Mi.'],
    ],
    [
      'that allows no pod',
      quota({ pods: 0 }),
      [],
      ['Deployment/demo/app: one pod is more than ResourceQuota/demo/q allows: pods 0.'],
    ],
    ['that allows enough', quota({ memory: '128Mi', pods: '1', services: 0 }), [], []],
    ['for some pods only', quota({ cpu: 1 }, { scopes: ['Terminating'] }), [], []],
    [
      'whose demand a limit range fills in',
      quota({ cpu: 1, 'limits.cpu': 1 }),
      [object('v1', 'LimitRange', 'l', 'demo', { limits: [{ default: { cpu: '100m' } }] })],
      [],
    ],
  ])('a quota %s', async (_, one, live, expected) => {
    expect(await checked([deployment('app')], [one, ...live])).toEqual(expected);
    expect(await checked([deployment('app'), one], live)).toEqual(expected);
  });
});

describe('requireNone', () => {
  it('one error is thrown as it is, and several as one message with the next step of each', async () => {
    const { errors } = await checkRendered([deployment('a'), deployment('b')], { ...options, container: 'x' });
    expect(() => requireNone([], options)).not.toThrow();
    expect(() => requireNone(errors, options)).toThrow(errors[0]);
    expect(() => requireNone([errors[0]!, errors[0]!], options)).toThrow(
      /^m\.yaml has 2 problems:\n {2}m\.yaml has several workloads: .*\n {4}→ Set the option "workload".*\n {2}m\.yaml/,
    );
  });
});
