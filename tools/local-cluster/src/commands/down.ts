import { existsSync, rmSync } from 'node:fs';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { COMPONENT_NAMES, type ComponentName } from '../config/component.js';
import { duration } from '../config/progress.js';
import { acquireLock } from '../host/lock.js';
import { restoreMachineSettings } from '../host/machine-settings.js';
import { removeRecord, runningProcess } from '../processes/process-records.js';
import { STOP_GRACE, stopProcesses } from '../processes/stop-processes.js';
import { removeFolder, sweep } from './sweep.js';
import type { Context } from './up.js';

/**
 * Takes the cluster down: all its processes end. Objects, images and volumes are removed, too, unless `keep`. Built
 * programs and logs stay.
 */
export async function down(context: Context, { keep }: { keep: boolean }): Promise<'was down' | 'went down'> {
  const { layout, signal, progress } = context;
  const begun = Date.now();
  if (!existsSync(layout.home)) return 'was down';
  requireRoot();
  const release = await acquireLock(layout, signal, () =>
    progress('Waiting for another command on this cluster to end.'),
  );
  try {
    // First the kubelet and the other components that would recreate swept objects; etcd last, because the others write
    // to it.
    const others = COMPONENT_NAMES.filter((name) => name !== 'etcd');
    await stopAll(context, others, STOP_GRACE);
    await stopAll(context, ['etcd'], STOP_GRACE);
    await sweep(layout, signal);
    restoreMachineSettings(layout);
    removeFolder(layout, layout.config);
    if (!keep) {
      for (const folder of [layout.data, layout.pki]) removeFolder(layout, folder);
      rmSync(layout.kubeconfig, { force: true });
      rmSync(layout.auditLog, { force: true });
    }
    progress(`The cluster is down after ${duration(Date.now() - begun)}.`);
    return 'went down';
  } finally {
    release();
  }
}

/** Stops one component and leaves the others running. `kill` sends SIGKILL at once, without a grace period. */
export async function stopComponent(name: ComponentName, context: Context, { kill }: { kill: boolean }): Promise<void> {
  const { layout, signal, progress } = context;
  requireRoot();
  const release = await acquireLock(layout, signal, () =>
    progress('Waiting for another command on this cluster to end.'),
  );
  try {
    await stopAll(context, [name], kill ? 0 : STOP_GRACE);
  } finally {
    release();
  }
}

async function stopAll({ layout }: Context, names: ComponentName[], grace: number): Promise<void> {
  const processes = names.map((name) => runningProcess(layout, name)).filter((record) => record !== undefined);
  await stopProcesses(processes, grace);
  for (const name of names) removeRecord(layout, name);
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new NxKubeError('configuration', 'The embedded cluster runs as root, so only root can stop it.', {
    next: 'Run the command as root.',
  });
}
