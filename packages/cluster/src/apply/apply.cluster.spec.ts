import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { mutations } from '@nx-kube/testing/cluster/mutations.js';
import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { spyOnWrites } from '@nx-kube/testing/cluster/spy.js';
import { describe, expect, it } from 'vitest';
import { patch, read, remove } from '../api/objects.js';
import { NxKubeError } from '../errors.js';
import { refOf, subject, type KubeObject } from '../object/kube-object.js';
import { parseManifests } from '../object/manifests.js';
import { apply } from './apply.js';
import { isCurrent } from './is-current.js';
import { prepare } from './sanitize.js';

const test = useCluster('apply');

function configMap(name: string, data: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: test.namespace }, data };
}

function parse(yaml: string): KubeObject[] {
  return parseManifests(yaml, 'test');
}

async function rejection(promise: Promise<unknown>): Promise<NxKubeError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NxKubeError);
  return error as NxKubeError;
}

/** A CRD with all fields that client libraries are known to lose. */
function definition(plural: string, kind: string): KubeObject {
  const [crd] = parse(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.test.nx-kube.dev
  creationTimestamp: null
spec:
  group: test.nx-kube.dev
  scope: Namespaced
  names: {plural: ${plural}, singular: ${plural.slice(0, -1)}, kind: ${kind}, listKind: ${kind}List}
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources: {status: {}}
      additionalPrinterColumns: [{name: Age, type: date, jsonPath: .metadata.creationTimestamp}]
      schema:
        openAPIV3Schema:
          type: object
          x-kubernetes-validations: [{rule: "self.metadata.name.size() < 60", message: too long}]
          properties:
            spec:
              type: object
              required: [mode]
              x-kubernetes-preserve-unknown-fields: true
              x-kubernetes-validations:
                - {rule: "!has(self.size) || self.size <= 10", message: at most ten, fieldPath: .size, reason: FieldValueInvalid}
              properties:
                mode: {type: string, enum: [Fast, Slow, ""], default: Fast}
                size: {type: integer, format: int64, minimum: 0, maximum: 9223372036854775807}
                ratio: {type: number, default: 0.5, multipleOf: 0.25}
                target: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
                nested: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true, nullable: true}
                items:
                  type: array
                  x-kubernetes-list-type: map
                  x-kubernetes-list-map-keys: [id]
                  items:
                    type: object
                    x-kubernetes-map-type: atomic
                    required: [id]
                    properties: {id: {type: string, pattern: "^[a-z]+$"}, value: {type: string, default: ""}}
            status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`);
  return crd!;
}

describe('apply: custom resources', () => {
  it('custom resources are applied together with their definition, which arrives field for field', async () => {
    const plural = test.unique('gadgets').replaceAll('-', '') + 's';
    const crd = definition(plural, 'Gadget');
    const ref = refOf(crd);
    test.cleanUp(() => remove(test.cluster, ref));
    const gadget: KubeObject = {
      apiVersion: 'test.nx-kube.dev/v1alpha1',
      kind: 'Gadget',
      metadata: { name: 'one', namespace: test.namespace },
      spec: { mode: 'Slow', extra: { any: ['thing'] } },
    };

    const changes = await apply(test.cluster, [gadget, crd]);
    expect(changes.map(({ subject, action }) => [subject, action])).toEqual([
      [`Gadget/${test.namespace}/one`, 'created'],
      [`CustomResourceDefinition/${ref.name}`, 'created'],
    ]);

    const live = await read(test.cluster, ref);
    expect(live!.spec).toEqual({ ...crd.spec, conversion: { strategy: 'None' } });
    expect((await apply(test.cluster, [gadget, crd])).map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);

    const failure = await rejection(apply(test.cluster, [{ ...gadget, spec: { mode: 'Slow', size: 11 } }]));
    expect(failure.message).toContain(`Gadget/${test.namespace}/one`);
    expect(failure.message).toContain('at most ten');
    expect(failure.culprit).toBe('configuration');
  });

  it('a custom resource of an unknown kind is refused by name', async () => {
    const object = {
      apiVersion: 'nowhere.dev/v1',
      kind: 'Nothing',
      metadata: { name: 'x', namespace: test.namespace },
    };
    const failure = await rejection(apply(test.cluster, [object]));
    expect(failure.message).toBe(
      `Nothing/${test.namespace}/x: The cluster does not know the kind Nothing of nowhere.dev/v1.`,
    );
    expect(failure.next).toMatch(/CustomResourceDefinition/);
  });
});

/** Manifests of a careful team, with all that the server normalizes or fills in. */
function typicalManifests(): KubeObject[] {
  return parse(`
apiVersion: v1
kind: ServiceAccount
metadata: {name: manager, namespace: ${test.namespace}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ${test.unique('typical')}, creationTimestamp: null}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ${test.unique('typical')}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${test.unique('typical')}}
subjects:
  - {kind: ServiceAccount, name: manager, namespace: ${test.namespace}}
  - {kind: Group, name: devs}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: typical, namespace: ${test.namespace}}
roleRef: {kind: ClusterRole, name: view}
subjects: [{kind: ServiceAccount, name: manager}]
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: ${test.namespace}}
stringData: {password: "pä$$"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c, namespace: ${test.namespace}, labels: {}, annotations: {a: b}}
data: {k: v, empty: ""}
binaryData: {b: AAECAw==}
---
apiVersion: v1
kind: Service
metadata: {name: dns, namespace: ${test.namespace}}
spec:
  selector: {app: dns}
  ports:
    - {name: tcp, port: 53, targetPort: dns}
    - {name: udp, port: 53, protocol: UDP, targetPort: 5353}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: manager, namespace: ${test.namespace}, labels: {app: manager}}
spec:
  replicas: 0
  selector: {matchLabels: {app: manager}}
  strategy: {}
  template:
    metadata: {labels: {app: manager}, creationTimestamp: null}
    spec:
      serviceAccountName: manager
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      nodeSelector: {kubernetes.io/os: linux}
      tolerations: [{key: a, operator: Exists}]
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [amd64]}]}]
      containers:
        - name: manager
          image: example.invalid/manager:1
          command: [/manager]
          args: [--leader-elect]
          env:
            - {name: Z_FIRST, value: "1"}
            - {name: A_SECOND, value: $(Z_FIRST)}
            - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}
            - {name: KEY, valueFrom: {secretKeyRef: {name: s, key: password, optional: true}}}
            - {name: EMPTY}
          ports: [{containerPort: 8443, name: https}, {containerPort: 8443, protocol: UDP, name: quic}]
          resources:
            limits: {cpu: "1.50", memory: 128Mi, ephemeral-storage: 1e9}
            requests: {cpu: 1000m, memory: "134217728"}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
          livenessProbe: {httpGet: {path: /healthz, port: 8081}, initialDelaySeconds: 15}
          volumeMounts: [{name: tmp, mountPath: /tmp}, {name: token, mountPath: /token, readOnly: true}]
      volumes:
        - {name: tmp, emptyDir: {}}
        - {name: cache, emptyDir: {sizeLimit: 0.5Gi}}
        - name: token
          projected:
            sources:
              - serviceAccountToken: {path: t, audience: x}
              - downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}
        - {name: conf, configMap: {name: c, items: [{key: k, path: p}], defaultMode: 420}}
status: {}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: ${test.namespace}}
spec:
  replicas: 0
  serviceName: store
  selector: {matchLabels: {app: store}}
  template:
    metadata: {labels: {app: store}}
    spec: {containers: [{name: c, image: example.invalid/x:1}]}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: ${test.namespace}}
spec:
  schedule: "0 0 * * *"
  suspend: true
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: example.invalid/x:1}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np, namespace: ${test.namespace}}
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress: [{from: [{namespaceSelector: {matchLabels: {metrics: enabled}}}], ports: [{port: 8443}]}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: pdb, namespace: ${test.namespace}}
spec: {minAvailable: 1, selector: {matchLabels: {app: manager}}}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: quota, namespace: ${test.namespace}}
spec: {hard: {pods: 100, requests.cpu: 64000m}}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits, namespace: ${test.namespace}}
spec: {limits: [{type: Container, default: {memory: 0.25Gi}, defaultRequest: {memory: 128Mi}}]}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: ${test.unique('typical')}}
webhooks:
  - name: v.test.nx-kube.dev
    admissionReviewVersions: [v1]
    clientConfig: {service: {name: webhook, namespace: ${test.namespace}, path: /validate}}
    failurePolicy: Ignore
    namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: nowhere}}
    rules: [{apiGroups: [test.nx-kube.dev], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [nothings]}]
    sideEffects: None
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ing, namespace: ${test.namespace}}
spec:
  rules:
    - host: a.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: dns, port: {number: 53}}}}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: hpa, namespace: ${test.namespace}}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: manager}
  maxReplicas: 3
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
`);
}

describe('apply: an unchanged set', () => {
  it('an unchanged set is recognized object by object without a single write', async () => {
    const manifests = typicalManifests();
    for (const object of manifests.filter(({ metadata }) => !metadata.namespace)) {
      test.cleanUp(() => remove(test.cluster, refOf(object)));
    }
    const first = await apply(test.cluster, manifests);
    expect(first.map(({ action }) => action)).toEqual(manifests.map(() => 'created'));

    const { cluster: spying, writes } = spyOnWrites(test.cluster);
    const second = await apply(spying, manifests);
    expect(writes).toEqual([]);
    expect(second.map(({ action }) => action)).toEqual(manifests.map(() => 'unchanged'));
  });

  it('an object with any one edit is not current', async () => {
    const manifests = typicalManifests();
    await apply(test.cluster, manifests);
    /** Edits that do not change the request: explicit defaults left out, and fields outside the content. */
    const neutral = /^-?(?:apiVersion|kind|metadata\.name|metadata\.namespace|metadata|status)$|^-roleRef\.apiGroup$/;
    let edits = 0;
    for (const manifest of manifests.map(prepare)) {
      const live = await read(test.cluster, refOf(manifest));
      expect(isCurrent(live!, manifest), subject(manifest)).toBe(true);
      for (const { path, value } of mutations(manifest)) {
        if (neutral.test(path)) continue;
        edits += 1;
        expect(isCurrent(live!, value as KubeObject), `${subject(manifest)} with ${path} edited`).toBe(false);
      }
    }
    expect(edits).toBeGreaterThan(400);
  });
});

describe('apply: field managers', () => {
  it('an error names the managers that own a field, and force takes the field over', async () => {
    const object = configMap('contested', { colour: 'red' });
    await apply(test.cluster, [object], { fieldManager: 'the-other' });
    const mine = configMap('contested', { colour: 'green' });
    const failure = await rejection(apply(test.cluster, [mine]));
    expect(failure.message).toBe(
      `ConfigMap/${test.namespace}/contested: other field managers own what it sets: .data.colour (conflict with "the-other").`,
    );
    const [forced] = await apply(test.cluster, [mine], { force: true });
    expect(forced).toMatchObject({ action: 'configured', fields: ['data.colour'] });
  });

  it('fields that another manager adds are no change to ours', async () => {
    const object = configMap('shared', { mine: '1' });
    await apply(test.cluster, [object]);
    await patch(test.cluster, refOf(object), { data: { theirs: '2' } }, { fieldManager: 'the-other' });
    const { cluster, writes } = spyOnWrites(test.cluster);
    expect(await apply(cluster, [object])).toMatchObject([{ action: 'unchanged' }]);
    expect(writes).toEqual([]);
  });

  it('a field of ours that another manager changed is detected', async () => {
    const object = configMap('drifting', { mine: '1' });
    await apply(test.cluster, [object]);
    await patch(test.cluster, refOf(object), { data: { mine: '2' } }, { fieldManager: 'the-other' });
    const failure = await rejection(apply(test.cluster, [object]));
    expect(failure.message).toContain('.data.mine (conflict with "the-other"');
    expect(await apply(test.cluster, [object], { force: true })).toMatchObject([{ action: 'configured' }]);
  });
});

describe('apply: coming from kubectl', () => {
  const deployment = (container: Record<string, unknown>): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'from-kubectl', namespace: test.namespace },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'from-kubectl' } },
      template: {
        metadata: { labels: { app: 'from-kubectl' } },
        spec: { containers: [{ name: 'manager', image: 'example.com/manager:1', ...container }] },
      },
    },
  });

  it.each([
    ['apply', ['apply']],
    ['apply --server-side', ['apply', '--server-side']],
  ])('fields that kubectl %s set are taken over: those that the manifest leaves out go', async (_, command) => {
    const probe = { httpGet: { path: '/healthz', port: 8081 } };
    const before = deployment({ args: ['controller', '--leader-elect'], livenessProbe: probe });
    const { metadata } = before;
    await kubectl([...command, '-f', '-'], JSON.stringify(before));
    test.cleanUp(async () => void (await remove(test.cluster, refOf(before)).catch(() => {})));
    const wanted = deployment({ image: 'example.com/manager:2', command: ['/agent', 'controller'] });

    const [dry] = await apply(test.cluster, [wanted], { dryRun: true });
    expect(dry).toMatchObject({ action: 'configured', takenOver: [expect.stringContaining('kubectl')] });
    const [change] = await apply(test.cluster, [wanted]);
    expect(change).toMatchObject({ action: 'configured', takenOver: dry!.takenOver });
    const live = await read(test.cluster, { ...refOf(before), name: metadata.name });
    const [container] = live!['spec'].template.spec.containers;
    expect(container).toMatchObject({ command: ['/agent', 'controller'], image: 'example.com/manager:2' });
    expect(container).not.toHaveProperty('args');
    expect(container).not.toHaveProperty('livenessProbe');

    const { cluster, writes } = spyOnWrites(test.cluster);
    expect(await apply(cluster, [wanted])).toMatchObject([{ action: 'unchanged' }]);
    expect(writes).toEqual([]);
    await remove(test.cluster, refOf(before));
  });

  it.each([
    [{ force: true }, 'taken over with force'],
    [{ takeOver: async () => true }, 'taken over from a manager that is asked about'],
    [{ mayLeave: () => true }, 'left'],
    [{}, 'refused'],
  ])('a field that was taken out of the manifest and that another manager owns: %j is %s', async (options, outcome) => {
    const probe = { exec: { command: ['true'] } };
    const object: KubeObject = {
      ...deployment({ readinessProbe: probe }),
      metadata: { name: 'probed', namespace: test.namespace },
    };
    await apply(test.cluster, [object], { fieldManager: 'the-other' });
    const field = '.spec.template.spec.containers[name="manager"].readinessProbe';
    const wanted: KubeObject = { ...deployment({}), metadata: object.metadata };
    const applied = apply(test.cluster, [wanted], { ...options, takenOut: () => [field] });
    if (outcome === 'refused') {
      expect((await rejection(applied)).message).toBe(
        `Deployment/${test.namespace}/probed: fields must go, but other field managers own them: ${field} (the-other).`,
      );
    } else {
      const left = outcome === 'left' ? [{ field, manager: 'the-other' }] : undefined;
      expect((await applied)[0]!.left).toEqual(left);
      const [container] = (await read(test.cluster, refOf(object)))!['spec'].template.spec.containers;
      expect(container.readinessProbe).toEqual(left && expect.objectContaining(probe));
    }
    await remove(test.cluster, refOf(object));
  });

  it('a field that kubectl scale set is a conflict that names its manager, and may stay as it is', async () => {
    const object: KubeObject = { ...deployment({}), metadata: { name: 'scaled', namespace: test.namespace } };
    await apply(test.cluster, [object]);
    await kubectl(['scale', '--replicas=1', '--namespace', test.namespace, 'deployment/scaled']);
    const failure = await rejection(apply(test.cluster, [object]));
    expect(failure.message).toContain('.spec.replicas (conflict with "kubectl"');

    // Left to kubectl, the field stays; what the manifest newly sets is applied.
    const edited = { ...object, spec: { ...object['spec'], minReadySeconds: 1 } };
    const left = [{ field: '.spec.replicas', manager: 'kubectl' }];
    const settled = await apply(test.cluster, [edited], { mayLeave: () => true });
    expect(settled).toMatchObject([{ action: 'configured', fields: ['spec.minReadySeconds'], left }]);
    expect((await read(test.cluster, refOf(object)))!['spec']).toMatchObject({ replicas: 1, minReadySeconds: 1 });
    expect(await apply(test.cluster, [edited], { mayLeave: () => true })).toMatchObject([{ left }]);
    await remove(test.cluster, refOf(object));
  });
});

describe('apply: immutable fields', () => {
  const selected = (app: string): KubeObject[] =>
    parse(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: fixed, namespace: ${test.namespace}}
spec:
  replicas: 0
  selector: {matchLabels: {app: ${app}}}
  template: {metadata: {labels: {app: ${app}}}, spec: {containers: [{name: c, image: example.invalid/x:1}]}}
`);

  it('an immutable field is an error that names it and leaves the object alone', async () => {
    const [created] = await apply(test.cluster, selected('one'));
    const failure = await rejection(apply(test.cluster, selected('two')));
    expect(failure.message).toMatch(
      new RegExp(`^spec.selector cannot be changed on the existing Deployment/${test.namespace}/fixed`),
    );
    expect(failure.next).toContain('recreate');
    expect((await read(test.cluster, created!.ref))!.metadata.uid).toBe(created!.uid);
  });

  it('an object with an immutable field is recreated on request', async () => {
    const [before] = await apply(test.cluster, selected('one'), { recreate: true });
    const [planned] = await apply(test.cluster, selected('two'), { recreate: true, dryRun: true });
    expect(planned).toMatchObject({ action: 'recreated' });
    const [after] = await apply(test.cluster, selected('two'), { recreate: true });
    expect(after).toMatchObject({ action: 'recreated' });
    expect(after!.uid).not.toBe(before!.uid);
  });

  it('an object that could not be created again is not deleted', async () => {
    const [before] = await apply(test.cluster, selected('one'), { recreate: true });
    const [object] = selected('two');
    // The selector changes, and the pods' labels do not.
    const forgetful = [{ ...object!, spec: { ...object!.spec, template: selected('one')[0]!.spec.template } }];
    const failure = await rejection(apply(test.cluster, forgetful, { recreate: true }));
    expect(failure.message).toMatch(/`selector` does not match template `labels`/);
    expect((await read(test.cluster, before!.ref))!.metadata.uid).toBe(before!.uid);
  });

  it('an object that replaced the one seen is not deleted', async () => {
    const object = parse(`{apiVersion: v1, kind: Secret, metadata: {name: sealed, namespace: ${test.namespace}},
      type: one, data: {}}`);
    const [seen] = await apply(test.cluster, object);
    const { cluster } = spyOnWrites(test.cluster);
    // Replaces the object just before the deletion is sent.
    const racing: typeof cluster = {
      ...cluster,
      request: async (call) => {
        if (call.method === 'DELETE') {
          await remove(test.cluster, seen!.ref);
          await apply(test.cluster, object);
        }
        return await cluster.request(call);
      },
    };
    const retyped = [{ ...object[0]!, type: 'two' }];
    const failure = await rejection(apply(racing, retyped, { recreate: true }));
    expect(failure.message).toMatch(/Secret\/.*\/sealed: .*uid/i);
    expect((await read(test.cluster, seen!.ref))!.type).toBe('one');
  });

  it.each(['PersistentVolumeClaim', 'CustomResourceDefinition'])(
    'a %s is never deleted to be recreated',
    async (kind) => {
      const claim = (storage: string) =>
        parse(`{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: claim, namespace: ${test.namespace}},
        spec: {accessModes: [${storage}], storageClassName: none, resources: {requests: {storage: 1Gi}}}}`);
      const name = `${test.unique('fixeds').replaceAll('-', '')}s`;
      const crd = (scope: string) => {
        const object = definition(name, 'Fixed');
        test.cleanUp(() => remove(test.cluster, refOf(object)));
        return [{ ...object, spec: { ...object.spec, scope } }];
      };
      const [first, second] =
        kind === 'PersistentVolumeClaim'
          ? [claim('ReadWriteOnce'), claim('ReadWriteMany')]
          : [crd('Namespaced'), crd('Cluster')];
      const [created] = await apply(test.cluster, first);
      const failure = await rejection(apply(test.cluster, second, { recreate: true }));
      expect(failure.message).toMatch(/cannot be changed on the existing/);
      expect((await read(test.cluster, created!.ref))!.metadata).toMatchObject({ uid: created!.uid });
    },
  );
});

describe('apply: mistakes', () => {
  it('a wrong field name is refused by name', async () => {
    const [object] = parse(`{apiVersion: v1, kind: Service, metadata: {name: x, namespace: ${test.namespace}},
      spec: {ports: [{port: 80}], selectr: {a: b}}}`);
    const failure = await rejection(apply(test.cluster, [object!]));
    expect(failure.message).toMatch(
      /^Service\/.*\/x: .*(?:unknown field "spec.selectr"|\.spec\.selectr: field not declared)/s,
    );
  });

  it('a mistake in a Secret is reported without any value', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'bad', namespace: test.namespace } };
    for (const data of [
      { password: 'hunter2-not-base64!' },
      { password: { nested: 'hunter2' } },
      { 'bad key': 'aHVudGVyMg==' },
    ]) {
      const failure = await rejection(apply(test.cluster, [{ ...secret, data }]));
      expect(failure.message).toMatch(new RegExp(`^Secret/${test.namespace}/bad: the server refuses the Secret`));
      expect(JSON.stringify([failure, failure.message, failure.stack])).not.toMatch(/hunter2|aHVudGVyMg/);
    }
  });

  it('an object that is given twice is refused before anything is written', async () => {
    const { cluster, writes } = spyOnWrites(test.cluster);
    const failure = await rejection(apply(cluster, [configMap('twice', { a: '1' }), configMap('twice', { a: '2' })]));
    expect(failure.message).toBe(`ConfigMap/${test.namespace}/twice is defined twice.`);
    expect(writes).toEqual([]);
  });

  it('an object given twice, once with a namespace that its kind does not have, is refused', async () => {
    const role = (metadata: KubeObject['metadata']): KubeObject => ({ ...clusterRole(metadata.name), metadata });
    const name = test.unique('twice');
    const { cluster, writes } = spyOnWrites(test.cluster);
    const failure = await rejection(apply(cluster, [role({ name }), role({ name, namespace: 'y' })]));
    expect(failure.message).toBe(`ClusterRole/${name} is defined twice.`);
    expect(writes).toEqual([]);
  });
});

function clusterRole(name: string): KubeObject {
  const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, rules };
}

describe('a namespace on a cluster-scoped object', () => {
  it('a namespace is dropped from an object of a built-in kind, and a second apply changes nothing', async () => {
    const role = clusterRole(test.unique('scoped'));
    test.cleanUp(() => remove(test.cluster, refOf(role)));
    const object = { ...role, metadata: { ...role.metadata, namespace: test.namespace } };
    const [created] = await apply(test.cluster, [object]);
    expect(created).toMatchObject({ subject: `ClusterRole/${role.metadata.name}`, action: 'created' });
    const { cluster, writes } = spyOnWrites(test.cluster);
    expect((await apply(cluster, [object]))[0]).toMatchObject({ action: 'unchanged' });
    expect(writes).toEqual([]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration', { webhooks: [] }],
    ['admissionregistration.k8s.io/v1 MutatingWebhookConfiguration', { webhooks: [] }],
    ['rbac.authorization.k8s.io/v1 ClusterRole', { rules: [] }],
    ['v1 ServiceAccount', { imagePullSecrets: [], secrets: [] }],
    ['v1 Service', { spec: { clusterIP: 'None', ports: [] } }],
  ])('a %s with an empty list is written once, and unchanged from then on', async (type, content) => {
    const [apiVersion, kind] = type.split(' ') as [string, string];
    const object: KubeObject = { apiVersion, kind, metadata: { name: test.unique('empty') }, ...content };
    const [created] = await apply(test.cluster, [object]);
    test.cleanUp(() => remove(test.cluster, created!.ref));
    const { cluster, writes } = spyOnWrites(test.cluster);
    expect((await apply(cluster, [object]))[0]).toMatchObject({ action: 'unchanged' });
    expect(writes).toEqual([]);
  });

  it('a namespace is dropped from a custom resource whose definition arrives with it', async () => {
    const plural = `${test.unique('wides').replaceAll('-', '')}s`;
    const crd = definition(plural, 'Wide');
    test.cleanUp(() => remove(test.cluster, refOf(crd)));
    const wide = {
      apiVersion: 'test.nx-kube.dev/v1alpha1',
      kind: 'Wide',
      metadata: { name: 'one', namespace: test.namespace },
      spec: {},
    };
    const changes = await apply(test.cluster, [{ ...crd, spec: { ...crd.spec, scope: 'Cluster' } }, wide]);
    expect(changes.map(({ subject, action }) => [subject, action])).toEqual([
      [`CustomResourceDefinition/${crd.metadata.name}`, 'created'],
      ['Wide/one', 'created'],
    ]);
  });
});

describe('apply: Secrets', () => {
  it('a key that is gone from stringData is removed, because Secrets are sent as data', async () => {
    const secret = (stringData: Record<string, string>): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys', namespace: test.namespace },
      stringData,
    });
    await apply(test.cluster, [secret({ a: '1', b: 'ü' })]);
    const [change] = await apply(test.cluster, [secret({ b: 'ü' })]);
    expect(change).toMatchObject({ action: 'configured', fields: ['data.a'] });
    expect((await read(test.cluster, change!.ref))!.data).toEqual({ b: 'w7w=' });
  });
});

describe('apply: a dry run', () => {
  it('a dry run reports changes, also for new kinds and in new namespaces, and writes nothing', async () => {
    const namespace = test.unique('nx-kube-dry');
    const plural = `${test.unique('drys').replaceAll('-', '')}s`;
    const live = configMap('dry', { a: '1', gone: '2' });
    await apply(test.cluster, [live]);
    const objects: KubeObject[] = [
      { ...live, data: { a: '3' } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'in-it', namespace } },
      definition(plural, 'Dry'),
      {
        apiVersion: 'test.nx-kube.dev/v1alpha1',
        kind: 'Dry',
        metadata: { name: 'd', namespace: test.namespace },
        spec: { mode: 'Slow' },
      },
    ];
    const changes = await apply(test.cluster, objects, { dryRun: true });
    expect(changes.map(({ action }) => action)).toEqual(['configured', 'created', 'created', 'created', 'created']);
    expect(changes[0]!.fields).toEqual(['data.a', 'data.gone']);
    expect((await read(test.cluster, refOf(live)))!.data).toEqual({ a: '1', gone: '2' });
    expect(await read(test.cluster, refOf(objects[1]!))).toBeUndefined();
  });
});

describe('apply: an object that is being deleted', () => {
  it('an object that is being deleted is awaited and created again', async () => {
    const object = configMap('leaving', { a: '1' });
    const held = { ...object, metadata: { ...object.metadata, finalizers: ['test.nx-kube.dev/hold'] } };
    const [first] = await apply(test.cluster, [held]);
    await remove(test.cluster, first!.ref);
    const again = apply(test.cluster, [object]);
    await patch(test.cluster, first!.ref, { metadata: { finalizers: null } });
    const [second] = await again;
    expect(second!.action).toBe('created');
    expect(second!.uid).not.toBe(first!.uid);
  });

  it('a namespace that is being deleted is awaited, and what was in it is created again', async () => {
    const name = test.unique('nx-kube-test-apply-ending');
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    // Held by its finalizer, it is still there, and current, when the apply looks at it.
    const held = { ...configMap('held', { a: '1' }), metadata: { name: 'held', namespace: name } };
    const finalizers = ['test.nx-kube.dev/hold'];
    await apply(test.cluster, [namespace, { ...held, metadata: { ...held.metadata, finalizers } }]);
    test.cleanUp(() => remove(test.cluster, refOf(namespace)));
    await remove(test.cluster, refOf(namespace));
    const applied = apply(test.cluster, [namespace, held]);
    await patch(test.cluster, refOf(held), { metadata: { finalizers: null } });
    expect((await applied).map(({ action }) => action)).toEqual(['created', 'created']);
    expect(await read(test.cluster, refOf(held))).toMatchObject({ data: { a: '1' } });
  });

  it('an object that does not go away is named with the finalizer that holds it', async () => {
    const object = configMap('staying', { a: '1' });
    const held = { ...object, metadata: { ...object.metadata, finalizers: ['test.nx-kube.dev/hold'] } };
    const [first] = await apply(test.cluster, [held]);
    test.cleanUp(() => patch(test.cluster, first!.ref, { metadata: { finalizers: null } }));
    await remove(test.cluster, first!.ref);
    const failure = await rejection(apply(test.cluster, [object], { stageTimeoutMs: 500 }));
    expect(failure.message).toBe(
      `ConfigMap/${test.namespace}/staying (held by test.nx-kube.dev/hold): still there after 1 s.`,
    );
  });
});
