import { fluxComponents, fluxVersion, pathWithFlux } from '@nx-kube/executors/flux/flux.fixture.js';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { list, read, type Cluster } from '@nx-kube/cluster';
import { auditLog } from '@nx-kube/testing/e2e/audit-log.js';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { testCluster } from '@nx-kube/testing/e2e/pods.js';
import { putStandIns, removeStandIns } from '@nx-kube/testing/e2e/stand-in-image.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'with-flux-controller';

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop | undefined;
let env: { PATH: string };
let images: string[] = [];

const flux = (...args: string[]) => execa('flux', args, { env });

beforeAll(async () => {
  env = { PATH: await pathWithFlux() };
  cluster = await testCluster();
  const { stdout } = await flux('install', '--export', `--components=${fluxComponents.join(',')}`);
  images = [...stdout.matchAll(/^ +(?:- )?image: (\S+)$/gm)].map(([, image]) => image!);
  await putStandIns(images);
  workspace = new Workspace([folder]);
  workspace.renameGreeter('with-flux');
  const options = { enabled: true, components: fluxComponents };
  workspace.write(
    `${folder}/project.json`,
    JSON.stringify({ targets: { flux: { executor: '@nx-kube/executors:flux', options } } }),
  );
}, 3_600_000);

afterAll(async () => {
  if (loop?.process.exitCode === null) await loop.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces'], env);
  workspace?.remove();
  await flux('uninstall', '--silent');
  await removeStandIns(images);
  await cluster?.close();
});

describe('dev with Flux, installed by the real CLI (with stand-ins for the controllers, whose images cannot be pulled)', () => {
  it('dev installs Flux, and waits for its controllers before it applies the manifests', async () => {
    expect(images).toHaveLength(fluxComponents.length);
    loop = new DevLoop(workspace, project, [], env);
    expect(await loop.entry('flux')).toMatchObject({ outcome: 'delivered' });
    const controllers = await list(cluster, { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'flux-system' });
    expect(controllers.map(({ metadata, status }) => [metadata.name, status.readyReplicas])).toEqual(
      [...fluxComponents].sort().map((name) => [name, 1]),
    );
    expect(controllers[0]!.metadata.labels).toMatchObject({ 'app.kubernetes.io/version': `v${fluxVersion}` });
    const applied = loop.events.some(({ type, entry }) => type === 'ledger' && entry.target === 'kustomize-build');
    expect(applied).toBe(false);
    const definition = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
    const name = 'kustomizations.kustomize.toolkit.fluxcd.io';
    expect(await read(cluster, { ...definition, name })).toBeDefined();
    await loop.next('healthy');
    await loop.stop();
  });

  it('the next dev finds Flux installed, and writes nothing', async () => {
    const log = auditLog();
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`, '--once'], env);
    expect(exitCode, all).toBe(0);
    expect(log.writes()).toEqual([]);
  });

  it('the target flux finds Flux installed', async () => {
    const { all, exitCode } = await workspace.nx(['run', `${project}:flux`], env);
    expect(exitCode, all).toBe(0);
    expect(all).toContain(`Flux ${fluxVersion} was there, and its controllers are ready.`);
  });
});
