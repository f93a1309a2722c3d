import type { Cluster } from '@nx-kube/cluster';
import { readImage } from '../../deploy/content.js';
import { deliverImages, type DeliveredImages } from '../../deploy/deliver-images.js';
import type { DeployOptions } from '../../deploy/deploy-options.js';
import type { LoopTarget } from './loop-target.js';
import { retryWithNotice, type RetryNotice } from './retry-with-notice.js';
import type { TaskRunner } from './task-runner.js';

export interface ImageBuildTargetParts {
  target: string;
  cluster: Cluster;
  /** Returns the present options: a developer's settings may change them. */
  deploy: () => DeployOptions;
  runner: TaskRunner;
  env: Record<string, string>;
  patience: RetryNotice;
  /** Called when the nodes can get the images. */
  onDelivered: (images: DeliveredImages) => void;
}

/** The image that pods start from, and the agent's image. A Go edit makes no other image. */
export function imageBuildTarget(options: ImageBuildTargetParts): LoopTarget<void> {
  const { target, cluster, deploy, runner, env, patience, onDelivered } = options;
  return {
    target,
    triesAgain: true,
    async make(signal) {
      const run = await runner.run(target, { env, signal });
      if (!run.ok) return { ok: false, message: run.output.trim() };
      const { image, registry, agent } = deploy();
      const { name, tag, digest } = await readImage(image);
      return { ok: true, digest: JSON.stringify([name, tag, digest, registry, agent]), content: undefined };
    },
    async deliver(_, signal) {
      const started = performance.now();
      onDelivered(await retryWithNotice(() => deliverImages(cluster, deploy(), { signal }), patience, signal));
      return { syncMs: performance.now() - started };
    },
  };
}
