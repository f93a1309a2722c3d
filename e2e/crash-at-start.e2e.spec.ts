import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '@nx-kube/cluster';
import { podsOf, testCluster } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'greeter-crash-controller';
const namespace = 'greeter-crash-system';
const crash = 'panic("there is no configuration")';

let cluster: Cluster;
let workspace: Workspace;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder]);
  workspace.renameGreeter('greeter-crash');
  dieAtStart();
});

afterEach(async () => {
  await workspace.nx(['run', `${project}:down`]);
});

afterAll(async () => {
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

function dieAtStart(): void {
  workspace.edit(`${folder}/main.go`, 'func main() {\n', `func main() {\n\t${crash}\n`);
}

function fix(): void {
  workspace.edit(`${folder}/main.go`, `\t${crash}\n`, '');
}

/** Runs a target and expects it to fail. Returns its output. */
async function fail(target: string, ...args: string[]): Promise<string> {
  const { all, exitCode } = await workspace.nx(['run', `${project}:${target}`, ...args]);
  expect(exitCode, all).toBe(1);
  return all;
}

/** Sets the probes of the container; `null` removes one. Without any, they are those of the example. */
function setProbes(probes: object): void {
  const containers = [{ name: 'manager', ...probes }];
  const patch = { target: { kind: 'StatefulSet' }, merge: { spec: { template: { spec: { containers } } } } };
  workspace.configure(folder, { 'kustomize-apply': { patches: Object.keys(probes).length ? [patch] : [] } });
}

describe.each([
  ['with a readiness probe', {}],
  ['without a probe', { readinessProbe: null, livenessProbe: null }],
])('a controller that dies at its start, %s', (_, probes) => {
  it("kustomize-apply fails at once and prints the process's last lines", async () => {
    setProbes(probes);
    const printed = await fail('kustomize-apply');
    expect(printed).toContain(
      `Pod/${namespace}/${project}-0: the process crashes again and again, and exited with code 2`,
    );
    expect(printed).toMatch(/Its last lines:\n +panic: there is no configuration/);
    expect(printed).toContain('→ Fix the program');
    expect(printed).not.toContain('is not ready after');
  });

  it('dev --once fails with the reason', async () => {
    setProbes(probes);
    const printed = await fail('dev', '--once');
    expect(printed).toMatch(/the process exited with code 2\n +panic: there is no configuration/);
    expect(printed).toContain('dev --once: ');
  });
});

describe('a controller that is fixed', () => {
  it('dev --once brings the fixed controller up, although the pod that it replaces keeps crashing', async () => {
    setProbes({ readinessProbe: null, livenessProbe: null });
    await fail('kustomize-apply');
    fix();
    const { all, exitCode } = await workspace.nx(['run', `${project}:dev`, '--once']);
    expect(exitCode, all).toBe(0);
    expect(await podsOf(cluster, namespace, `app=${project}`)).toMatchObject([{ ready: true, restarts: 0 }]);
  });
  it('image-restart fixes the controller in its pod, although the pod is not ready before', async () => {
    dieAtStart();
    setProbes({});
    await fail('kustomize-apply');
    const [before] = await podsOf(cluster, namespace, `app=${project}`);
    expect(before).toMatchObject({ ready: false });
    fix();
    const { all, exitCode } = await workspace.nx(['run', `${project}:image-restart`]);
    expect(exitCode, all).toBe(0);
    expect(all).toContain('restarted in 1 pod, 1 with a new binary');
    expect(await podsOf(cluster, namespace, `app=${project}`)).toMatchObject([
      { uid: before!.uid, ready: true, restarts: 0 },
    ]);
  });
});
