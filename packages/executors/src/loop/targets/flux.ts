import type { Cluster } from '@nx-kube/cluster';
import { ensureFlux, type EnsureFluxOptions } from '../../flux/ensure-flux.js';
import type { FluxSetup } from '../../flux/flux-options.js';
import type { LoopTarget } from './loop-target.js';
import { retryWithNotice, type RetryNotice } from './retry-with-notice.js';

/** A target that installs or bootstraps Flux. */
export interface FluxTargetOptions {
  target: string;
  setup: FluxSetup;
  options: Pick<EnsureFluxOptions, 'target' | 'stateDirectory' | 'timeoutMs' | 'env'>;
}

export interface FluxTargetParts {
  cluster: Cluster;
  /** Returns the present options: a developer's settings may change them. */
  now: () => FluxTargetOptions;
  patience: RetryNotice;
  onLine: (line: string) => void;
}

/** Flux in the wanted version: nothing is made, and nothing is delivered where the cluster runs this version. */
export function fluxTarget({ cluster, now, patience, onLine }: FluxTargetParts): LoopTarget<FluxTargetOptions> {
  return {
    target: now().target,
    async make() {
      const content = now();
      return { ok: true, digest: JSON.stringify(content.setup), content };
    },
    async deliver({ setup, options }, signal) {
      const started = performance.now();
      await retryWithNotice(() => ensureFlux(cluster, setup, { ...options, signal, onLine }), patience, signal);
      return { syncMs: performance.now() - started };
    },
  };
}
