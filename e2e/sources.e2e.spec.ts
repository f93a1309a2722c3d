import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { pathWithHelm } from '@nx-kube/executors/sources/helm.fixture.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { changed, DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'sources-controller';
const namespace = 'sources-system';
const target = 'kustomize-build';
/** Time (s) after its container's start before which the controller is not ready. */
const readyAfterSeconds = 5;

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop | undefined;
let env: { PATH: string };

const configMap = (name: string, data: Record<string, string>) =>
  `${JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })}\n`;
/** Makes a manifest from the first line of a file. A second line is a comment; the word `bad` is an error. */
const generator = `
import { readFileSync, writeFileSync } from 'node:fs';
const [word] = readFileSync('${folder}/words.txt', 'utf8').split('\\n');
if (word === 'bad') throw new Error('there is no such word as bad');
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'generated', namespace: '${namespace}' }, data: { word } };
writeFileSync('${folder}/hack/generated.yaml', JSON.stringify(object));
`;
const pinned = configMap('pinned', { from: 'the web' });
const server = createServer((_, answer) => answer.end(pinned));

beforeAll(async () => {
  env = { PATH: await pathWithHelm() };
  cluster = await testCluster();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  workspace = new Workspace([folder]);
  workspace.renameGreeter('sources');
  // Separates objects that come up with the controller from those that wait for it.
  workspace.edit(
    `${folder}/config/manager/manager.yaml`,
    'periodSeconds: 5',
    `initialDelaySeconds: ${readyAfterSeconds}\n          periodSeconds: 1`,
  );
  for (const name of ['hack', 'chart/templates', 'config/first', 'config/last', 'config/broken']) {
    mkdirSync(workspace.path(folder, name), { recursive: true });
  }
  workspace.write(`${folder}/hack/one.yaml`, configMap('one', { level: 'low' }));
  workspace.write(`${folder}/hack/two.yaml`, configMap('two', { level: 'low' }));
  workspace.write(`${folder}/chart/Chart.yaml`, 'apiVersion: v2\nname: beside\nversion: 1.0.0\n');
  workspace.write(`${folder}/chart/values.yaml`, 'color: red\n');
  workspace.write(
    `${folder}/chart/templates/map.yaml`,
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Release.Name }}"}\ndata: {color: "{{ .Values.color }}"}\n',
  );
  for (const name of ['first', 'last']) {
    workspace.write(
      `${folder}/config/${name}/kustomization.yaml`,
      `configMapGenerator: [{name: ${name}, namespace: ${namespace}, literals: [a=b]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n`,
    );
  }
  workspace.write(`${folder}/words.txt`, 'generated\n');
  workspace.write(`${folder}/generate.mjs`, generator);
  configure();
});

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  server.close();
  await cluster?.close();
});

function configure(more: object = {}): void {
  const { port } = server.address() as AddressInfo;
  const apply = {
    extraManifests: [
      `${folder}/hack/*.yaml`,
      { url: `http://127.0.0.1:${port}/pinned.yaml`, sha256: createHash('sha256').update(pinned).digest('hex') },
    ],
    helm: [{ release: 'beside', chart: `./${folder}/chart`, namespace, set: { color: 'green' } }],
    components: {
      first: { path: 'config/first' },
      last: { path: 'config/last', dependsOn: ['controller'] },
      never: { enabled: false, path: 'config/none' },
    },
    ...more,
  };
  const generate = {
    executor: 'nx:run-commands',
    cache: true,
    inputs: ['{projectRoot}/words.txt', '{projectRoot}/generate.mjs'],
    outputs: ['{projectRoot}/hack/generated.yaml'],
    options: { command: `node ${folder}/generate.mjs` },
  };
  const targets = {
    generate,
    'kustomize-apply': { options: apply },
    dev: { options: { targets: { generate: { before: ['kustomize-build'] } } } },
  };
  workspace.write(`${folder}/project.json`, JSON.stringify({ targets }));
}

const live = (kind: string, name: string): Promise<KubeObject | undefined> =>
  read(cluster, { apiVersion: kind === 'ConfigMap' ? 'v1' : 'apps/v1', kind, namespace, name });
const dataOf = async (name: string): Promise<unknown> => (await live('ConfigMap', name))?.['data'];
const createdAt = async (kind: string, name: string) =>
  Date.parse((await live(kind, name))!.metadata.creationTimestamp!);

describe('objects of other sources, in dev', () => {
  it('objects of files, a pinned URL, a chart and components are applied with the rendered ones', async () => {
    loop = new DevLoop(workspace, project, [], env);
    await loop.up();
    expect(await dataOf('one')).toEqual({ level: 'low' });
    expect(await dataOf('two')).toEqual({ level: 'low' });
    expect(await dataOf('pinned')).toEqual({ from: 'the web' });
    expect(await dataOf('beside')).toEqual({ color: 'green' });
    expect(await dataOf('first')).toEqual({ a: 'b' });
    expect(await dataOf('last')).toEqual({ a: 'b' });
  });

  it('objects come up in dependency order: the last one when the controller is ready', async () => {
    const controller = await live('StatefulSet', 'sources-controller');
    const created = await createdAt('StatefulSet', 'sources-controller');
    expect(await createdAt('ConfigMap', 'first')).toBeLessThanOrEqual(created);
    // The API server's times are in whole seconds, as is the kubelet's start time.
    expect(await createdAt('ConfigMap', 'last')).toBeGreaterThanOrEqual(created + (readyAfterSeconds - 2) * 1000);
    expect(controller!.status.readyReplicas).toBe(1);
  });

  it('an edited file applies only the object that changed', async () => {
    loop!.skip();
    workspace.write(`${folder}/hack/one.yaml`, configMap('one', { level: 'high' }));
    const { changes } = await loop!.entry(target);
    expect(changed(changes)).toMatchObject([
      { subject: `ConfigMap/${namespace}/one`, action: 'configured', fields: ['data.level'] },
    ]);
    workspace.edit(`${folder}/chart/templates/map.yaml`, '\ndata: {', '\ndata: {shape: round, ');
    expect(changed((await loop!.entry(target))['changes'])).toMatchObject([
      { subject: `ConfigMap/${namespace}/beside`, action: 'configured', fields: ['data.shape'] },
    ]);
    workspace.edit(`${folder}/config/last/kustomization.yaml`, 'a=b', 'a=c');
    expect(changed((await loop!.entry(target))['changes'])).toMatchObject([
      { subject: `ConfigMap/${namespace}/last`, action: 'configured', fields: ['data.a'] },
    ]);
  });

  it('a broken chart shows helm’s own message, until it is fixed', async () => {
    workspace.edit(`${folder}/chart/templates/map.yaml`, '{{ .Values.color }}', '{{ .Values.color ');
    const broken = await loop!.entry(target);
    expect(broken['outcome']).toBe('failed');
    expect(broken['message']).toMatch(/Helm release beside .*chart\): parse error at .*map\.yaml/s);
    workspace.edit(`${folder}/chart/templates/map.yaml`, '{{ .Values.color ', '{{ .Values.color }}');
    expect(await loop!.entry(target)).toMatchObject({ outcome: 'unchanged' });
  });
});

describe('inputs that come up while dev runs', () => {
  it('a git-ignored file that a kustomization begins to name is watched, and its target is not cached', async () => {
    const manifests = `${folder}/config/default`;
    workspace.write('.gitignore', `${workspace.read('.gitignore')}.env\n`);
    workspace.write(`${manifests}/.env`, 'level=low\n');
    const generator = `configMapGenerator: [{name: from-env, envs: [.env]}]\ngeneratorOptions: {disableNameSuffixHash: true}\n`;
    const before = workspace.read(`${manifests}/kustomization.yaml`);
    loop!.skip();
    workspace.write(`${manifests}/kustomization.yaml`, `${before}${generator}`);
    expect(await loop!.entry(target)).toMatchObject({ outcome: 'delivered' });
    expect(await dataOf('sources-from-env')).toEqual({ level: 'low' });
    workspace.write(`${manifests}/.env`, 'level=high\n');
    expect(await loop!.entry(target)).toMatchObject({ outcome: 'delivered' });
    expect(await dataOf('sources-from-env')).toEqual({ level: 'high' });
    const notice = await loop!.first('notice');
    expect(notice['message']).toContain(`${target} is not cached: it reads ${manifests}/.env, which is ignored`);
    workspace.write(`${manifests}/kustomization.yaml`, before);
    await loop!.entry(target);
  });

  it('a file that Go code begins to embed is watched', async () => {
    workspace.write(`${folder}/controllers/words.txt`, 'one');
    loop!.skip();
    workspace.edit(
      `${folder}/controllers/message.go`,
      /^package controllers$/m,
      'package controllers\n\nimport _ "embed"',
    );
    workspace.write(
      `${folder}/controllers/message.go`,
      `${workspace.read(`${folder}/controllers/message.go`)}\n//go:embed words.txt\nvar Words string\n`,
    );
    await loop!.entry('go-build');
    workspace.write(`${folder}/controllers/words.txt`, 'another');
    await loop!.next('edit', ({ files }) => files.includes(`${folder}/controllers/words.txt`));
    await loop!.entry('go-build');
  });

  it('options in project.json are taken over', async () => {
    loop!.skip();
    configure({ recreate: true });
    const settings = await loop!.next('settings');
    expect(settings).toMatchObject({ options: ['kustomize-apply.recreate'], anew: false });
    configure();
    await loop!.next('settings');
    await loop!.entry(target);
  });
});

describe('any other target, in dev', () => {
  it('a target runs before the targets that wait for it', async () => {
    const ends = loop!.events.filter(({ type }) => type === 'ledger').map(({ entry }) => entry.target);
    expect(ends.indexOf('generate')).toBeLessThan(ends.indexOf(target));
    expect(await dataOf('generated')).toEqual({ word: 'generated' });
  });

  it('a target runs when its inputs are edited, and its outputs reach the cluster', async () => {
    loop!.skip();
    workspace.write(`${folder}/words.txt`, 'another\n');
    expect(await loop!.entry('generate')).toMatchObject({ outcome: 'delivered' });
    await loop!.next('ledger', ({ entry }) => entry.target === target && entry.outcome === 'delivered');
    expect(await dataOf('generated')).toEqual({ word: 'another' });
  });

  it('a target with unchanged outputs is reported as such', async () => {
    loop!.skip();
    workspace.write(`${folder}/words.txt`, 'another\na comment\n');
    expect(await loop!.entry('generate')).toMatchObject({ outcome: 'unchanged' });
  });

  it('a failing target is reported like any other, until it is fixed', async () => {
    loop!.skip();
    workspace.write(`${folder}/words.txt`, 'bad\n');
    const entry = await loop!.entry('generate');
    expect(entry['outcome']).toBe('failed');
    expect(entry['message']).toContain('there is no such word as bad');
    workspace.write(`${folder}/words.txt`, 'another\n');
    expect(await loop!.entry('generate')).toMatchObject({ outcome: 'unchanged' });
    await loop!.stop();
  });
});

describe('objects of other sources, in kustomize-apply', () => {
  it('objects that dev applied are unchanged, and are pruned when they leave the options', async () => {
    const same = await workspace.nx(['run', `${project}:kustomize-apply`], env);
    expect(same.exitCode, same.all).toBe(0);
    expect(same.all).toMatch(/^\d+ objects unchanged$/m);
    expect(same.all).not.toContain('pruned');

    configure({ helm: [], components: {} });
    const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-apply`], env);
    expect(exitCode, all).toBe(0);
    for (const name of ['beside', 'first', 'last']) {
      expect(all).toContain(`ConfigMap/${namespace}/${name} pruned`);
      expect(await live('ConfigMap', name)).toBeUndefined();
    }
    expect(await dataOf('one')).toEqual({ level: 'high' });
  });

  it('a component that does not become ready is named, and the controller is left alone', async () => {
    workspace.write(`${folder}/config/broken/kustomization.yaml`, 'resources: [deployment.yaml]\n');
    const container = { name: 'broken', image: 'no-such-image', imagePullPolicy: 'Never' };
    workspace.write(
      `${folder}/config/broken/deployment.yaml`,
      JSON.stringify({
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'broken', namespace } },
        spec: {
          selector: { matchLabels: { app: 'broken' } },
          template: { metadata: { labels: { app: 'broken' } }, spec: { containers: [container] } },
        },
      }),
    );
    workspace.write(`${folder}/hack/one.yaml`, configMap('one', { level: 'unseen' }));
    configure({ helm: [], components: { broken: { path: 'config/broken' } } });
    const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-apply`, '--timeout=20'], env);
    expect(exitCode).toBe(1);
    expect(all).toContain(`Deployment/${namespace}/broken`);
    expect(await dataOf('one')).toEqual({ level: 'high' });
  });

  it('a component that cannot be rendered is named', async () => {
    configure({ components: { none: { path: 'config/none' } } });
    const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-apply`], env);
    expect(exitCode).toBe(1);
    expect(all).toContain(`Component none: ${workspace.path(folder, 'config/none')} has no kustomization.yaml.`);
  });

  it('helm is required only for charts, and its absence is reported before any work', async () => {
    const folders = process.env['PATH']!.split(delimiter).filter((path) => !existsSync(join(path, 'helm')));
    const without = { PATH: folders.join(delimiter) };
    configure();
    const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-apply`], without);
    expect(exitCode).toBe(1);
    expect(all).toContain('helm is not on PATH (at least helm 3.10.0); needed by kustomize-apply (helm)');
  });
});

describe('the settings of the example', () => {
  const example = 'sources-guests-controller';
  let other: Workspace;

  beforeAll(() => {
    other = new Workspace([folder]);
    other.renameGreeter('sources-guests');
    other.rename(`${folder}/dev-settings.example.yaml`, `${folder}/dev-settings.yaml`);
  });

  afterAll(async () => {
    await other?.nx(['run', `${example}:down`, '--crds', '--namespaces'], env);
    other?.remove();
  });

  it('the settings bring up a sample and the guests of a chart, whom the controller greets', async () => {
    const { all, exitCode } = await other.nx(['run', `${example}:dev`, '--once'], env);
    expect(exitCode, all).toBe(0);
    const greetings = { apiVersion: 'sources-guests.example.com/v1alpha1', kind: 'Greeting' };
    const messageOf = async (name: string, inNamespace: string) =>
      (await read(cluster, { ...greetings, name, namespace: inNamespace }))?.['status']?.message;
    const messages = () =>
      Promise.all([
        messageOf('dev-grace', 'sources-guests-system'),
        messageOf('dev-marie', 'sources-guests-system'),
        messageOf('ada', cluster.namespace),
      ]);
    const greeted = ['Hello, Grace', 'Bonjour, Marie', 'Guten Tag, Ada'].map((start) => expect.stringContaining(start));
    await expect.poll(messages, { timeout: 90_000 }).toEqual(greeted);
  });

  it('an edited manifest waits until it is triggered', async () => {
    const waiting = new DevLoop(other, example, [], env);
    try {
      await waiting.up();
      waiting.skip();
      other.edit(`${folder}/charts/guests/values.yaml`, 'grace: en', 'grace: de');
      await waiting.next('edit');
      const { all, exitCode } = await other.nx(['run', `${example}:trigger`, `--targets=${target}`], env);
      expect(exitCode, all).toBe(0);
      const { changes } = await waiting.entry(target);
      expect(changed(changes)).toMatchObject([
        { subject: 'Greeting/sources-guests-system/dev-grace', action: 'configured', fields: ['spec.language'] },
      ]);
    } finally {
      await waiting.stop();
    }
  });
});
