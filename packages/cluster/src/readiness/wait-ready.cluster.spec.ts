import { probePodSpec } from '@nx-kube/testing/cluster/probe.js';
import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { spyOnWrites } from '@nx-kube/testing/cluster/spy.js';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../api/api-error.js';
import type { Cluster } from '../api/cluster.js';
import { create, patch, read, remove } from '../api/objects.js';
import { apply } from '../apply/apply.js';
import { NxKubeError } from '../errors.js';
import { refOf, type KubeObject, type Ref } from '../object/kube-object.js';
import { waitReady, type WaitReadyOptions } from './wait-ready.js';

const test = useCluster('ready', { 'pod-security.kubernetes.io/enforce': 'restricted' });

interface Container {
  image?: string;
  args?: string[];
  [key: string]: unknown;
}

/** A Deployment of one probe; `container` and `pod` override parts of the specs. */
async function deployment(
  name: string,
  args: string[],
  { container = {}, pod = {}, kind = 'Deployment' }: { container?: Container; pod?: object; kind?: string } = {},
): Promise<KubeObject> {
  const spec = await probePodSpec(test.cluster, args);
  const [first] = spec.containers as Container[];
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: test.namespace },
    spec: {
      ...(kind === 'StatefulSet' && { serviceName: name }),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { ...spec, ...pod, containers: [{ ...first, ...container }] },
      },
    },
  };
}

/**
 * Applies an object and waits. Returns the error, or undefined once it is ready. A wait that fails at once has the
 * reason as its error, and one that fails late the time-out.
 */
async function outcome(object: KubeObject, options: WaitReadyOptions = {}) {
  await apply(test.cluster, [object], { force: true });
  const error = await waitReady(test.cluster, [refOf(object)], { timeoutMs: 60_000, ...options }).then(
    () => undefined,
    (reason: unknown) => reason as NxKubeError,
  );
  return { error };
}

describe('waitReady: workloads', () => {
  it('the wait ends when the workload is available, and reports its progress', async () => {
    const seen: string[] = [];
    const { error } = await outcome(await deployment('good', ['wait']), {
      onStatus: (ref: Ref, { status, message }) => seen.push(`${ref.name} ${status}: ${message}`),
    });
    expect(error).toBeUndefined();
    expect(seen[0]).toMatch(/^good InProgress/);
    expect(seen.at(-1)).toBe('good Current: 1 of 1 replicas are available');
    expect(new Set(seen).size).toBe(seen.length);
    // Ready already: no wait.
    const again = await outcome(await deployment('good', ['wait']));
    expect(again.error).toBeUndefined();
  });

  it('the wait for a crashing workload fails at once and quotes its last lines', async () => {
    const { error } = await outcome(await deployment('crashing', ['crash', 'starting', 'panic: no such thing']));
    expect(error).toBeInstanceOf(NxKubeError);
    expect(error!.culprit).toBe('user-code');
    expect(error!.message).toMatch(
      new RegExp(
        `^Deployment/${test.namespace}/crashing: container main of Pod/${test.namespace}/crashing-\\S+ has crashed 2 times ` +
          `\\(last with exit code 3, Error\\). Its last lines:\n    starting\n    panic: no such thing$`,
      ),
    );
  });

  it('a new revision is not blamed for crashes of the former one', async () => {
    await outcome(await deployment('fixed', ['crash', 'bad']));
    const { error } = await outcome(await deployment('fixed', ['wait']));
    expect(error).toBeUndefined();
  });

  it('the wait fails soon when the image cannot be pulled', async () => {
    const { error } = await outcome(
      await deployment('no-image', [], { container: { image: 'localhost:5001/nx-kube-test/none:1' } }),
    );
    expect(error!.culprit).toBe('configuration');
    expect(error!.message).toMatch(/container main of Pod\/\S+ is in (?:ErrImagePull|ImagePullBackOff): .*none:1/s);
  });

  it('the wait fails at once when a ConfigMap is missing', async () => {
    const env = [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'missing', key: 'x' } } }];
    const { error } = await outcome(await deployment('no-config', ['wait'], { container: { env } }));
    expect(error!.message).toMatch(/is in CreateContainerConfigError: configmap "missing" not found/);
  });

  it('the wait fails soon when a pod cannot be scheduled', async () => {
    const { error } = await outcome(
      await deployment('nowhere', ['wait'], { pod: { nodeSelector: { no: 'such-node' } } }),
    );
    expect(error!.message).toMatch(/cannot be scheduled: 0\/\d+ nodes are available: .*node affinity\/selector/);
  });

  it.each(['Deployment', 'StatefulSet', 'DaemonSet'])(
    'the wait fails soon when Pod Security refuses the pods of a %s',
    async (kind) => {
      const name = `refused-${kind.toLowerCase()}`;
      const { error } = await outcome(await deployment(name, ['wait'], { kind, pod: { securityContext: {} } }));
      expect(error!.culprit).toBe('configuration');
      expect(error!.message).toMatch(
        new RegExp(
          `${kind}/${test.namespace}/${name} cannot create pods: .*violates PodSecurity "restricted:latest": .*runAsNonRoot`,
        ),
      );
      expect(error!.next).toContain('Pod Security');
    },
  );

  it.each(['StatefulSet', 'DaemonSet'])('the wait sees a %s crash and come up', async (kind) => {
    const name = `both-${kind.toLowerCase()}`;
    const { error } = await outcome(await deployment(name, ['crash', 'bad'], { kind }));
    expect(error!.message).toMatch(/has crashed 2 times/);
    // A StatefulSet waits for a broken pod for ever; a DaemonSet does not.
    if (kind === 'DaemonSet') expect((await outcome(await deployment(name, ['wait'], { kind }))).error).toBeUndefined();
  });

  it('the time-out error says which object was not ready, and why', async () => {
    const probe = { readinessProbe: { tcpSocket: { port: 1 } } };
    const slow = await deployment('slow', ['wait'], { container: probe });
    await apply(test.cluster, [slow]);
    // Before the controller has seen it, the reason is another one.
    const status = async () => (await read(test.cluster, refOf(slow)))?.['status']?.replicas as unknown;
    await expect.poll(status, { timeout: 60_000 }).toBe(1);
    const { error } = await outcome(slow, { timeoutMs: 3_000 });
    expect(error!.culprit).toBe('cluster');
    expect(error!.message).toBe(
      `Deployment/${test.namespace}/slow is not ready after 3 s: 0 of 1 replicas are available.`,
    );
  });
});

describe('waitReady', () => {
  it('an aborted wait ends with the signal’s reason', async () => {
    const abort = new AbortController();
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: test.namespace, name: 'never' };
    const waiting = waitReady(test.cluster, [ref], {
      signal: abort.signal,
      onStatus: () => setTimeout(() => abort.abort(new Error('enough')), 50),
    });
    await expect(waiting).rejects.toThrow('enough');
  });

  it('the wait sees objects appear and conditions change, for several objects at once', async () => {
    const claims = ['a', 'b'].map((name): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: test.namespace },
    }));
    const waiting = waitReady(test.cluster, claims.map(refOf), { timeoutMs: 60_000 });
    const spec = await probePodSpec(test.cluster, ['wait']);
    for (const claim of claims) await create(test.cluster, { ...claim, spec });
    await waiting;
    for (const claim of claims) expect((await read(test.cluster, refOf(claim)))!.status.phase).toBe('Running');
  });

  it('a wait for many objects does not look like a leak to Node', async () => {
    const warnings: string[] = [];
    const listen = (warning: Error) => warnings.push(warning.message);
    process.on('warning', listen);
    const refs = Array.from({ length: 30 }, (_, i) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: test.namespace,
      name: `never-${i}`,
    }));
    await expect(waitReady(test.cluster, refs, { timeoutMs: 1_000 })).rejects.toThrow(/is not ready after 1 s/);
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  it('a wait for an object of an unknown kind is an error', async () => {
    const ref = { apiVersion: 'nowhere.dev/v1', kind: 'Nothing', namespace: test.namespace, name: 'x' };
    await expect(waitReady(test.cluster, [ref], { timeoutMs: 5_000 })).rejects.toThrow(/does not know the kind/);
  });

  it('a claim that is bound when its first pod is scheduled is not waited for', async () => {
    const storageClass: KubeObject = {
      ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: test.unique('late') } },
      ...{ provisioner: 'kubernetes.io/no-provisioner', volumeBindingMode: 'WaitForFirstConsumer' },
    };
    test.cleanUp(() => remove(test.cluster, refOf(storageClass)));
    const claim: KubeObject = {
      ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'late', namespace: test.namespace } },
      spec: {
        storageClassName: storageClass.metadata.name,
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Mi' } },
      },
    };
    await apply(test.cluster, [storageClass, claim]);
    await waitReady(test.cluster, [refOf(claim)], { timeoutMs: 5000 });
    // Without the right to read StorageClasses, the events say the same.
    const request: Cluster['request'] = (call) =>
      call.path.includes('/storageclasses/')
        ? Promise.reject(new ApiError('configuration', 'forbidden', { status: 403, reason: 'Forbidden' }))
        : test.cluster.request(call);
    const restricted: Cluster = { ...spyOnWrites(test.cluster).cluster, request };
    await waitReady(restricted, [refOf(claim)], { timeoutMs: 30_000 });
  });

  it('a wait follows changes of its object', async () => {
    const object = await deployment('scaled', ['wait'], {});
    await apply(test.cluster, [{ ...object, spec: { ...object.spec, replicas: 0 } }]);
    await waitReady(test.cluster, [refOf(object)]);
    await patch(test.cluster, refOf(object), { spec: { replicas: 2 } });
    await waitReady(test.cluster, [refOf(object)], { timeoutMs: 60_000 });
    expect((await read(test.cluster, refOf(object)))!.status.readyReplicas).toBe(2);
  });
});
