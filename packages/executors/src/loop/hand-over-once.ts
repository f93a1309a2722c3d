import { refOf, type Cluster, type KubeObject } from '@nx-kube/cluster';
import { handOver } from '../flux/hand-over.js';

export interface HandOverOnceOptions {
  cluster: Cluster;
  project: string;
  /** Prints one line of progress. */
  say: (message: string) => void;
  signal: AbortSignal;
}

/**
 * @returns a function that makes Flux leave the workload alone, the first time that it succeeds; later calls do nothing
 */
export function handOverOnce({ cluster, project, say, signal }: HandOverOnceOptions) {
  let done = false;
  return async (workload: KubeObject): Promise<void> => {
    if (done) return;
    const { suspended, resumed } = await handOver(cluster, { project, workload: refOf(workload), signal });
    suspended.forEach((name) => say(`${name} is suspended until nx run ${project}:down: Flux reconciles the workload`));
    done = true;
    resumed.forEach((name) => say(`${name}, which an earlier run suspended, is resumed`));
  };
}
