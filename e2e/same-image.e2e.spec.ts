import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '@nx-kube/cluster';
import { kubectl } from '@nx-kube/testing/cluster/kubectl.js';
import { DevLoop } from '@nx-kube/testing/e2e/dev-loop.js';
import { podsOf, testCluster, type Pod } from '@nx-kube/testing/e2e/pods.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

const folder = 'greeter-controller';
const project = 'greeter-same-controller';
const namespace = 'greeter-same-system';
const manager = `${folder}/config/manager/manager.yaml`;

let cluster: Cluster;
let workspace: Workspace;
let loop: DevLoop;

beforeAll(async () => {
  cluster = await testCluster();
  workspace = new Workspace([folder]);
  workspace.renameGreeter('greeter-same');
  workspace.edit(
    `${folder}/main.go`,
    'func main() {\n',
    'func main() {\n\tif len(os.Args) > 1 && os.Args[1] == "migrate" {\n\t\tfmt.Println("migrated by one")\n\t\treturn\n\t}\n',
  );
  const image = `${project}:latest`;
  workspace.edit(
    manager,
    /command:\n +- \/manager\n/,
    `command: [/bin/sh, -c, "exec /manager --zap-log-level=info"]\n        env: [{ name: SELF, value: "${image}" }]\n`,
  );
  workspace.edit(
    manager,
    '      containers:\n',
    `      initContainers:
      - name: migrate
        image: controller:latest
        command: [/manager, migrate]
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
      containers:
`,
  );
  loop = new DevLoop(workspace, project);
});

afterAll(async () => {
  await loop?.stop();
  await workspace?.nx(['run', `${project}:down`, '--crds', '--namespaces']);
  workspace?.remove();
  await cluster?.close();
});

async function thePod(): Promise<Pod | undefined> {
  return (await podsOf(cluster, namespace, `app=${project}`)).find(({ ready }) => ready);
}

/** Whether the init container of the only pod runs. */
async function isInitializing(): Promise<boolean> {
  const [pod] = await podsOf(cluster, namespace, `app=${project}`);
  const statuses = (pod?.object['status'].initContainerStatuses ?? []) as {
    name: string;
    state: { running?: object };
  }[];
  return statuses.some(({ name, state }) => name === 'migrate' && state.running !== undefined);
}

const initLog = async (pod: Pod) => (await kubectl(['logs', '-n', namespace, pod.name, '-c', 'migrate'])).trim();

describe('a workload that starts its image in several ways', () => {
  it('the binary behind a shell gets its own arguments, and an edit fixes an init container that hangs', async () => {
    await loop.up();
    const before = (await thePod())!;
    const { containers, initContainers, volumes } = before.object['spec'];
    expect(volumes).toContainEqual({
      name: 'nx-kube-agent',
      emptyDir: { sizeLimit: expect.stringMatching(/^\d+Mi$/) as string },
    });
    expect(containers[0].command).toEqual(['/nx-kube/agent', 'run', '--', '/manager', '--zap-log-level=info']);
    const [, migrate] = initContainers as { name: string; image: string }[];
    expect(containers[0].env).toEqual([{ name: 'SELF', value: migrate!.image }]);
    expect(await initLog(before)).toBe('migrated by one');

    const hang = '<-ctrl.SetupSignalHandler().Done()';
    workspace.edit(`${folder}/main.go`, 'fmt.Println("migrated by one")', hang);
    await expect.poll(isInitializing, { timeout: 120_000, interval: 500 }).toBe(true);
    // Kubernetes would wait forever for the pod that hangs.
    workspace.edit(`${folder}/main.go`, hang, 'fmt.Println("migrated by two")');
    await expect.poll(async () => (await thePod()) !== undefined, { timeout: 120_000, interval: 500 }).toBe(true);
    const after = (await thePod())!;
    expect(after.uid).not.toBe(before.uid);
    expect(await initLog(after)).toBe('migrated by two');
    expect(after.object['spec'].initContainers[1].image).not.toBe(migrate!.image);
  });
});
