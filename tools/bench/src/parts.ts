import type { Cluster } from '@nx-kube/cluster';

/** The parts that a run of the benchmark works with. */
export interface BenchParts {
  cluster: Cluster;
  signal: AbortSignal;
  progress: (message: string) => void;
}
