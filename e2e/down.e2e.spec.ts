import { copyFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { create, patch, read, remove, type Cluster, type Ref } from '@nx-kube/cluster';
import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { versionsOfSet } from '@nx-kube/testing/e2e/apply-sets.js';
import { testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'ocm-controller';
const project = 'ocm-down-controller';
const namespace = 'ocm-down-system';
const sample: Ref = {
  apiVersion: 'ocm-down.example.com/v1alpha1',
  kind: 'ComponentVersion',
  namespace,
  name: 'podinfo',
};
const deployment: Ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: project };
const theNamespace: Ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
const definition: Ref = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'componentversions.ocm-down.example.com',
};
const foreign: Ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'of-somebody-else' };

let cluster: Cluster;
let workspace: Workspace;
/** Variables of a kubeconfig whose context has another namespace. */
let elsewhere: Record<string, string> = {};

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder]);
  workspace.renameOcm('ocm-down');
  workspace.edit(`${folder}/config/default/kustomization.yaml`, '- ../registry', '- ../registry\n- ../samples');
});

afterAll(async () => {
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

/** Runs a target and expects this exit code. Returns its output. */
async function run(exitCode: 0 | 1, target: string, ...args: string[]): Promise<string> {
  const ended = await workspace.nx(['run', `${project}:${target}`, ...args], elsewhere);
  expect(ended.exitCode, ended.all).toBe(exitCode);
  return ended.all;
}

describe('nx run <controller>:down', () => {
  it('down removes custom resources first, while the controller can clear their finalizers; CRDs and Namespace stay', async () => {
    await run(0, 'kustomize-apply');
    const live = await read(cluster, sample);
    expect(live!.metadata.finalizers).toHaveLength(1);
    await create(cluster, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: foreign.name } });

    const printed = await run(0, 'down');
    const gone = printed.indexOf(`ComponentVersion/${namespace}/podinfo deleted`);
    expect(gone).toBeGreaterThan(0);
    expect(printed.indexOf(`Deployment/${namespace}/${project} deleting`)).toBeGreaterThan(gone);
    expect(printed).toContain(`Namespace/${namespace} kept`);
    expect(printed).toContain(`CustomResourceDefinition/${definition.name} kept`);
    expect(printed).toContain('→ Run with --crds and --namespaces');

    expect(await read(cluster, deployment)).toBeUndefined();
    expect(Object.keys(await versionsOfSet(cluster, project))).toEqual([
      `CustomResourceDefinition/${definition.name}`,
      `Namespace/${namespace}`,
    ]);
  });

  it('down leaves objects of others', async () => {
    expect(await read(cluster, foreign)).toBeDefined();
    await remove(cluster, foreign);
  });

  it('down names the finalizer that holds an object at the time-out, and leaves the controller running', async () => {
    await run(0, 'kustomize-apply');
    const { finalizers = [] } = (await read(cluster, sample))!.metadata;
    await setFinalizers([...finalizers, 'example.com/blocks']);

    const printed = await run(1, 'down', '--timeout=5');
    expect(printed).toContain(
      `ComponentVersion/${namespace}/podinfo (held by example.com/blocks): still there after 5 s.`,
    );
    expect(printed).toContain('→ Let the controller that owns the finalizers run');
    expect(await read(cluster, deployment)).toBeDefined();
    await setFinalizers([]);
  });

  it('the set is found after the kubeconfig got another namespace; down removes CRDs and the Namespace on request', async () => {
    const file = workspace.path('kubeconfig');
    copyFileSync(process.env['KUBECONFIG']!, file);
    await kubectl(['--kubeconfig', file, 'config', 'set-context', '--current', '--namespace=kube-public']);
    elsewhere = { KUBECONFIG: file };
    await run(0, 'kustomize-apply');
    const inNew = { apiVersion: 'v1', kind: 'Secret', namespace: 'kube-public', name: `nx-kube-${project}` };
    expect(await read(cluster, inNew)).toBeUndefined();
    await run(0, 'down', '--crds', '--namespaces');
    expect(await versionsOfSet(cluster, project)).toEqual({});
    expect(await read(cluster, definition)).toBeUndefined();
    expect(await read(cluster, theNamespace)).toBeUndefined();
    expect(await run(0, 'down')).toContain(`${project} has nothing in ${cluster.context}`);
  });
});

const setFinalizers = (finalizers: string[]) =>
  patch(cluster, sample, { metadata: { finalizers } }, { fieldManager: 'e2e' });
