import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { explain } from '@nx-kube/cluster';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pathWithHelm } from './helm.fixture.js';
import { templateChart, type HelmRelease } from './helm.js';
import type { TargetCluster } from './target-cluster.js';

let path: string;
let root: string;
beforeAll(async () => {
  path = await pathWithHelm();
}, 1_800_000);
beforeEach(async () => {
  vi.stubEnv('PATH', path);
  root = await mkdtemp(join(tmpdir(), 'nx-kube-helm-'));
  await write('chart/Chart.yaml', 'apiVersion: v2\nname: demo\nversion: 1.0.0\nkubeVersion: ">=1.33.0-0"\n');
  await write('chart/values.yaml', 'greeting: hello\nnested: {count: 1}\n');
  await write(
    'chart/templates/all.yaml',
    `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data:
  greeting: {{ .Values.greeting | quote }}
  count: {{ .Values.nested.count | quote }}
  version: {{ .Capabilities.KubeVersion.Version | quote }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "{{ .Release.Name }}"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: elsewhere, namespace: other}
---
apiVersion: demo.example.com/v1
kind: Thing
metadata: {name: thing}
`,
  );
  await write(
    'chart/crds/things.yaml',
    'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.demo.example.com}\nspec: {group: demo.example.com, names: {kind: Thing, plural: things}, scope: Cluster, versions: []}\n',
  );
  await write(
    'chart/templates/tests/test.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: test, annotations: {helm.sh/hook: test}}\nspec: {containers: []}\n',
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}
const cluster: TargetCluster = {
  kubeVersion: async () => 'v1.34.2',
  isNamespaced: async (_, kind) => ({ ConfigMap: true, ClusterRole: false, CustomResourceDefinition: false })[kind],
};
const template = (more: Partial<HelmRelease> = {}) =>
  templateChart({ release: 'demo', chart: join(root, 'chart'), namespace: 'demo-system', ...more }, cluster);

describe('templateChart with the real helm', () => {
  it('a chart gives its objects and CRDs without tests, in the namespace of the release', async () => {
    const objects = await template();
    expect(objects.map(({ kind, metadata: { name, namespace } }) => [kind, namespace, name])).toEqual(
      expect.arrayContaining([
        ['CustomResourceDefinition', undefined, 'things.demo.example.com'],
        ['ConfigMap', 'demo-system', 'demo'],
        ['ConfigMap', 'other', 'elsewhere'],
        ['ClusterRole', undefined, 'demo'],
        ['Thing', undefined, 'thing'],
      ]),
    );
    expect(objects).toHaveLength(5);
  });

  it('later value files win over earlier ones, and the option set wins over all', async () => {
    await write('one.yaml', 'greeting: one\nnested: {count: 2}\n');
    await write('two.yaml', 'greeting: two\n');
    const values = [join(root, 'one.yaml'), join(root, 'two.yaml')];
    const data = async (set?: Record<string, unknown>) =>
      (await template({ values, set })).find(({ metadata }) => metadata.name === 'demo' && metadata.namespace)!['data'];
    expect(await data()).toMatchObject({ greeting: 'two', count: '2' });
    expect(await data({ 'nested.count': 3, greeting: 'a,b={c}' })).toMatchObject({ greeting: 'a,b={c}', count: '3' });
  });

  it('a chart gets the version of the cluster', async () => {
    const [map] = (await template()).filter(({ metadata }) => metadata.name === 'demo');
    expect(map!['data'].version).toBe('v1.34.2');
  });

  it('a failure names the release and holds the message of helm', async () => {
    await write('chart/templates/bad.yaml', '{{ required "greeting2 is needed" .Values.greeting2 }}');
    const text = explain(await template().catch((error: unknown) => error));
    expect(text).toContain(`Helm release demo (${root}/chart): `);
    expect(text).toContain('greeting2 is needed');
  });
});
