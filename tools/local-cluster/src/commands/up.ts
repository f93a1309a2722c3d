import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootstrapObjects } from '../config/bootstrap-objects.js';
import { certificateRequests, userKubeconfig } from '../config/certificates.js';
import { COMPONENT_NAMES, type Component, type ComponentName } from '../config/component.js';
import { componentsFor } from '../config/components.js';
import type { Layout } from '../config/layout.js';
import type { Machine } from '../config/machine.js';
import { CONTEXT_NAME } from '../config/network-plan.js';
import { duration, type Progress } from '../config/progress.js';
import { ensureControlGroups } from '../host/control-groups.js';
import { ensurePackages } from '../host/debian-packages.js';
import { acquireLock } from '../host/lock.js';
import { ensureMachineSettings, startedBeforeBoot } from '../host/machine-settings.js';
import { describeMachine } from '../host/machine.js';
import { ensureNetwork } from '../host/network.js';
import { nodeProblem, waitUntilRegistered, waitUntilUsable } from '../processes/node-readiness.js';
import { isReady } from '../processes/probe.js';
import { anyRecord, runningProcess } from '../processes/process-records.js';
import { runProgram } from '../processes/run-program.js';
import { componentDigest, ensureRunning, writeFiles } from '../processes/start-component.js';
import { ensureBuild, findBuild, type Build } from '../programs/builds.js';
import { ensurePauseImage } from '../programs/pause-image.js';
import { linkPrograms } from '../programs/program-links.js';
import { runSteps, type Step } from './steps.js';
import { sweep } from './sweep.js';

export interface Context {
  layout: Layout;
  signal: AbortSignal;
  progress: Progress;
}

/** The components that must be ready, and the one-time steps that must be done, before each component starts. */
const AFTER: Record<ComponentName, (ComponentName | 'pause image' | 'objects' | 'node')[]> = {
  etcd: [],
  'kube-apiserver': ['etcd'],
  'kube-controller-manager': ['kube-apiserver'],
  'kube-scheduler': ['kube-apiserver'],
  containerd: [],
  registry: [],
  kubelet: ['pause image', 'objects'],
  // kube-proxy looks for its node at ever longer intervals, so the node should exist first.
  'kube-proxy': ['node'],
  coredns: ['objects'],
};

/**
 * Brings the cluster up, or repairs it. Resolves when pods can run. On a cluster that is up it only checks. Concurrent
 * calls are safe.
 */
export async function up(context: Context): Promise<'was up' | 'came up'> {
  const { layout, signal, progress } = context;
  const begun = Date.now();
  mkdirSync(layout.home, { recursive: true });
  chmodSync(layout.home, 0o700);
  if (anyRecord(layout)) {
    const build = await findBuild(layout, signal);
    if (build && (await isUp(context, build))) return 'was up';
  }
  const release = await acquireLock(layout, signal, () =>
    progress('Waiting for another command on this cluster to end.'),
  );
  try {
    await ensurePackages(signal, progress);
    const build = await ensureBuild(layout, signal, progress);
    // Another `up` may have held the lock and brought the cluster up.
    if (anyRecord(layout) && (await isUp(context, build))) return 'was up';
    linkPrograms(layout, build);
    await prepare(context);
    await startAll(context, build);
    await waitUntilUsable(layout, signal);
    progress(`The cluster is up after ${duration(Date.now() - begun)}.`);
    return 'came up';
  } finally {
    release();
  }
}

/** Starts one component of an existing cluster. */
export async function startComponent(name: ComponentName, context: Context): Promise<void> {
  const { layout, signal, progress } = context;
  const release = await acquireLock(layout, signal, () =>
    progress('Waiting for another command on this cluster to end.'),
  );
  try {
    const build = await ensureBuild(layout, signal, progress);
    const component = componentsFor(layout, describeMachine(layout, build.folder))[name];
    writeFiles(component.files);
    await ensureRunning(component, { ...context, buildDigest: build.digest });
  } finally {
    release();
  }
}

async function isUp({ layout, signal }: Context, build: Build): Promise<boolean> {
  const components = Object.values(componentsFor(layout, describeMachine(layout, build.folder)));
  const asDescribed = components.every(
    (component) => runningProcess(layout, component.name)?.digest === componentDigest(component, build.digest),
  );
  if (!asDescribed) return false;
  const [problem, ...ready] = await Promise.all([
    nodeProblem(layout, signal),
    ...components.map(({ probe }) => isReady(probe, layout.pki, signal)),
  ]);
  return problem === undefined && ready.every(Boolean);
}

async function prepare({ layout, signal }: Context): Promise<void> {
  // After a reboot, the old content of the run folder looks alive to the container runtime.
  if (startedBeforeBoot(layout)) await sweep(layout, signal);
  for (const folder of [layout.run, layout.data, layout.config]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  await ensureMachineSettings(layout, signal);
  ensureControlGroups();
  await ensureNetwork(signal);
  await runProgram(join(layout.bin, 'certificates'), [], {
    signal,
    input: JSON.stringify(certificateRequests(layout.pki)),
  });
  writeUserKubeconfig(layout);
}

async function startAll(context: Context, build: Build): Promise<void> {
  const { layout } = context;
  const machine: Machine = describeMachine(layout, build.folder);
  const components = componentsFor(layout, machine);
  const start = (component: Component): Step => ({
    after: AFTER[component.name],
    run: (signal) => ensureRunning(component, { ...context, signal, buildDigest: build.digest }),
  });
  for (const { files } of Object.values(components)) writeFiles(files);
  await runSteps(
    {
      ...Object.fromEntries(COMPONENT_NAMES.map((name) => [name, start(components[name])])),
      'pause image': { after: ['containerd'], run: (signal) => ensurePauseImage(layout, build, machine, signal) },
      node: { after: ['kubelet'], run: (signal) => waitUntilRegistered(layout, signal) },
      objects: { after: ['kube-apiserver'], run: (signal) => applyBootstrapObjects(layout, signal) },
    },
    context.signal,
  );
}

async function applyBootstrapObjects(layout: Layout, signal: AbortSignal): Promise<void> {
  const args = ['apply', '--server-side', '--force-conflicts', '--field-manager=nx-kube-local-cluster', '-f', '-'];
  await runProgram(join(layout.bin, 'kubectl'), [`--kubeconfig=${layout.kubeconfig}`, ...args], {
    signal,
    input: JSON.stringify(bootstrapObjects()),
  });
}

function writeUserKubeconfig(layout: Layout): void {
  const read = (file: string) => readFileSync(join(layout.pki, file), 'utf8');
  const content = userKubeconfig(CONTEXT_NAME, read('ca.crt'), read('admin.crt'), read('admin.key'));
  writeFileSync(layout.kubeconfig, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  chmodSync(layout.kubeconfig, 0o600);
}
