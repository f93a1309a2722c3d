import { fluxDefinitions, pathWithFlux } from '@nx-kube/executors/flux/flux.fixture.js';
import { suspendedBy } from '@nx-kube/executors/flux/hand-over.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  apply,
  create,
  parseManifests,
  patch,
  read,
  remove,
  type Cluster,
  type KubeObject,
  type Ref,
} from '@nx-kube/cluster';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { testCluster } from '@nx-kube/testing/e2e/pods.js';
import { processesOf } from '@nx-kube/testing/e2e/processes.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'handover-controller';
const namespace = 'handover-system';
/** Namespace of the Flux objects that reconcile the workload. The workload's own namespace comes and goes. */
const fleet = 'nx-kube-e2e-fleet';
const apiVersion = 'kustomize.toolkit.fluxcd.io/v1';
const kustomization: Ref = { apiVersion, kind: 'Kustomization', namespace: fleet, name: 'greeter' };
const workload: Ref = { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'handover-controller' };
const suspended = `Kustomization/${fleet}/greeter`;

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop | undefined;
let definitions: Ref[] = [];

beforeAll(async () => {
  cluster = await testCluster();
  const changes = await apply(cluster, parseManifests(await fluxDefinitions(), 'CRDs of Flux'));
  definitions = changes.filter(({ action }) => action === 'created').map(({ ref }) => ref);
  await create(cluster, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: fleet } });
  await create(cluster, {
    ...{ apiVersion, kind: 'Kustomization', metadata: { namespace: fleet, name: 'greeter' } },
    spec: { interval: '10m', prune: true, sourceRef: { kind: 'GitRepository', name: 'fleet' } },
  });
  workspace = new Workspace([folder]);
  workspace.renameGreeter('handover');
}, 600_000);

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await remove(cluster, { apiVersion: 'v1', kind: 'Namespace', name: fleet });
  for (const ref of definitions) await remove(cluster, ref);
  await cluster?.close();
});

const stateOf = async () => {
  const { spec, metadata } = (await read<KubeObject>(cluster, kustomization))!;
  return { suspend: spec.suspend as boolean | undefined, by: metadata.annotations?.[suspendedBy] };
};
/** Labels objects as kustomize-controller does. */
const label = (name: string | null) =>
  patch(cluster, workload, {
    metadata: {
      labels: { 'kustomize.toolkit.fluxcd.io/name': name, 'kustomize.toolkit.fluxcd.io/namespace': name && fleet },
    },
  });
const up = async () => {
  loop = new DevLoop(workspace, project);
  await loop.up();
};
const progress = () => loop!.events.filter(({ type }) => type === 'progress').map(({ message }) => String(message));

describe('a workload that Flux reconciles', () => {
  it('dev ignores Flux where Flux does not reconcile the workload', async () => {
    await up();
    await loop!.stop();
    expect(await stateOf()).toEqual({ suspend: undefined, by: undefined });
  });

  it('Flux leaves the workload alone while dev runs, and after Ctrl-C', async () => {
    await label('greeter');
    await up();
    expect(progress()).toContain(
      `${suspended} is suspended until nx run ${project}:down: Flux reconciles the workload`,
    );
    expect(await stateOf()).toEqual({ suspend: true, by: project });
    await loop!.stop();
    expect(await stateOf()).toEqual({ suspend: true, by: project });
  });

  it('a run after a crash gives the workload back where Flux does not reconcile it any more', async () => {
    await up();
    // The executor runs the loop; Nx, which started it, ends with it.
    const [executor] = processesOf(workspace.root).filter(({ command }) => command.join(' ').includes('run-executor'));
    process.kill(executor!.pid, 'SIGKILL');
    await loop!.process;
    await label(null);
    await up();
    expect(progress()).toContain(`${suspended}, which an earlier run suspended, is resumed`);
    expect(await stateOf()).toEqual({ suspend: false, by: undefined });
    await loop!.stop();
  });

  it('down gives the workload back to Flux', async () => {
    await label('greeter');
    await up();
    await loop!.stop();
    expect(await stateOf()).toEqual({ suspend: true, by: project });
    const { all, exitCode } = await workspace.nx(['run', `${project}:down`]);
    expect(exitCode, all).toBe(0);
    expect(all).toContain(`${suspended} resumed`);
    expect(await stateOf()).toEqual({ suspend: false, by: undefined });
  });
});

describe('a workload that Flux has applied itself', () => {
  /** Applies as kustomize-controller does: with its field manager, and with its labels on every object. */
  async function applyAsFlux(): Promise<void> {
    const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-build`]);
    expect(exitCode, all).toBe(0);
    const prefix = 'kustomize.toolkit.fluxcd.io';
    const labels = { [`${prefix}/name`]: 'greeter', [`${prefix}/namespace`]: fleet };
    const objects = parseManifests(workspace.read(`dist/${folder}/manifests.yaml`), 'manifests.yaml');
    const labelled = objects.map(({ metadata, spec, ...rest }) => ({
      ...rest,
      metadata: { ...metadata, labels: { ...metadata.labels, ...labels } },
      // No pods: the image that the manifests name does not exist.
      ...(spec && { spec: rest.kind === 'StatefulSet' ? { ...spec, replicas: 0 } : spec }),
    }));
    await apply(cluster, labelled, { fieldManager: 'kustomize-controller', force: true });
  }
  /** Field managers of the container's image. */
  const imageOwners = async () => {
    const { metadata } = (await read(cluster, workload))!;
    const entries = metadata['managedFields'] as { manager: string; fieldsV1: object }[];
    return entries
      .filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes('"f:image":'))
      .map(({ manager }) => manager);
  };

  it('dev takes the workload over, with the fields that Flux owns', async () => {
    await applyAsFlux();
    expect(await imageOwners()).toEqual(['kustomize-controller']);
    await up();
    expect(progress()).toContain(
      `${suspended} is suspended until nx run ${project}:down: Flux reconciles the workload`,
    );
    expect(await imageOwners()).toEqual(['nx-kube']);
    await loop!.stop();
  });

  it('kustomize-apply takes the workload over only while Flux is suspended', async () => {
    await applyAsFlux();
    await patch(cluster, kustomization, { spec: { suspend: false } });
    const refused = await workspace.nx(['run', `${project}:kustomize-apply`]);
    expect(refused.exitCode).toBe(1);
    expect(refused.all).toMatch(/other field managers own what it sets: .*conflict with "kustomize-controller"/);
    await patch(cluster, kustomization, { spec: { suspend: true } });
    const { all, exitCode } = await workspace.nx(['run', `${project}:kustomize-apply`]);
    expect(exitCode, all).toBe(0);
  });

  it('down gives the workload back even where a finalizer blocks it', async () => {
    const account: Ref = { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'handover-controller' };
    await patch(cluster, account, { metadata: { finalizers: ['example.com/hold'] } });
    try {
      const { all, exitCode } = await workspace.nx(['run', `${project}:down`, '--timeout=5']);
      expect(exitCode).toBe(1);
      expect(all).toContain('example.com/hold');
      expect(all).toContain(`${suspended} resumed`);
      expect(await stateOf()).toEqual({ suspend: false, by: undefined });
    } finally {
      await patch(cluster, account, { metadata: { finalizers: null } });
    }
  });
});

describe('nx run <project>:flux', () => {
  let path: string;
  beforeAll(async () => {
    path = await pathWithFlux();
  }, 3_600_000);

  it('the target flux does nothing unless it is enabled', async () => {
    workspace.write(
      `${folder}/project.json`,
      JSON.stringify({ targets: { flux: { executor: '@nx-kube/executors:flux' } } }),
    );
    const { all, exitCode } = await workspace.nx(['run', `${project}:flux`]);
    expect(exitCode, all).toBe(0);
    expect(all).toContain('Flux is off. Set the option "enabled" to install it.');
  });

  it('the target flux, enabled by a developer’s settings, reports the missing token', async () => {
    workspace.write(
      `${folder}/dev-settings.yaml`,
      'flux: {enabled: true, bootstrap: {provider: github, owner: me, repository: fleet, tokenVariable: NO_SUCH}}\n',
    );
    const { all, exitCode } = await workspace.nx(['run', `${project}:flux`], { PATH: path });
    expect(exitCode).toBe(1);
    expect(all).toContain('flux bootstrap github needs a token in the environment variable NO_SUCH');
  });
});
