import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Cluster, KubeObject } from '@nx-kube/cluster';
import { applyManifests, type Applied, type ApplyManifestsOptions } from '../../deploy/apply-manifests.js';
import { checkInCluster, checkRendered, requireNone, type CheckedObjects } from '../../deploy/check-content.js';
import { readManifests, readOtherObjects, type ContentOptions, type OtherObjects } from '../../deploy/content.js';
import type { DeliveredImages } from '../../deploy/deliver-images.js';
import type { ImageFor } from '../../image/build/binary-path.js';
import { renderManifests, type Render } from '../../kustomize/render.js';
import type { Prepared } from '../../workload/mutate.js';
import { ImageRenewal } from './image-renewal.js';
import { waitSilently, type LoopTarget, type WaitFor } from './loop-target.js';
import { retryWithNotice, type RetryNotice } from './retry-with-notice.js';
import type { TaskRunner } from './task-runner.js';

export interface KustomizeBuildTargetParts {
  target: string;
  cluster: Cluster;
  /** Returns the present options: a developer's settings may change them. */
  deploy: () => ContentOptions;
  kustomization: Render;
  runner: TaskRunner;
  patience: RetryNotice;
  /** Name of the target that makes the images. */
  imageBuild?: string;
  /** Resolves to the references of the images once they have been delivered. */
  images: (until: AbortSignal) => Promise<DeliveredImages>;
  /** Whether `images` resolves at once. */
  hasImages: () => boolean;
  /** The choice of the workload that the image is made for, if image-build needs one. */
  imageFor: () => ImageFor | undefined;
  /** The targets that may install kinds and namespaces which the manifests need. */
  installers: { isBusy: () => boolean; idle: (signal: AbortSignal) => Promise<void> };
  /** Knows what runs the image besides the container under development. Default: nothing does. */
  renewal?: ImageRenewal;
  /** Called with what else a user should know. */
  onNotice?: (message: string) => void;
  /** Time-out (ms) for objects that others depend on to become ready. */
  timeoutMs: () => number;
  /** Whether Nx caches the target at present. Default: yes. */
  isCached?: () => boolean;
  /** Called with the status of objects that others depend on. */
  onStatus?: ApplyManifestsOptions['onStatus'];
  /** Called each time the manifests have been rendered, if an image can be made for them. */
  onRendered: () => void;
  /** Called before anything is applied. */
  beforeApply: (prepared: Prepared) => Promise<void>;
  /** Called when the workload has been applied, and perhaps not yet the objects that depend on it. */
  onWorkload: (prepared: Prepared) => Promise<void>;
  onApplied: (applied: Applied) => void;
}

interface Content {
  rendered: KubeObject[];
  others: OtherObjects;
}

/** The rendered manifests and the objects of other sources: they are mutated, applied as one set, and pruned. */
export function kustomizeBuildTarget(options: KustomizeBuildTargetParts): LoopTarget<Content> {
  const {
    target,
    cluster,
    deploy,
    kustomization,
    runner,
    patience,
    imageBuild = 'image-build',
    images,
    hasImages,
    imageFor,
    renewal = new ImageRenewal(),
    onNotice,
    timeoutMs,
    isCached = () => true,
    onStatus,
    onRendered,
    beforeApply,
    onWorkload,
    onApplied,
  } = options;
  let first = true;
  /** Set while Nx's cache does not have the last manifests. */
  let uncached = false;
  const render = async (signal: AbortSignal): Promise<string | undefined> => {
    if (first) {
      first = false;
      if ((await runner.run(target, { signal })).ok) return undefined;
    }
    uncached = true;
    const result = await renderManifests(kustomization, { signal });
    if (result.ok) return undefined;
    return result.cancelled ? 'cancelled' : result.diagnostics;
  };
  return {
    target,
    triesAgain: true,
    async make(signal, waitFor = waitSilently) {
      const failure = await render(signal);
      if (failure !== undefined) return { ok: false, message: failure };
      const now = deploy();
      const rendered = await readManifests(now.manifests);
      // While binary and images are being made, everything that the manifests tell is said. Later, the apply says it.
      const checked = hasImages() ? undefined : await checkRendered(rendered, now, imageFor());
      if (!checked?.errors.length) onRendered();
      const others = await retryWithNotice(() => readOtherObjects(cluster, now, signal), patience, signal);
      if (checked) await requireSound(checked, others, options, { signal, waitFor });
      const content = { rendered, others };
      const hash = createHash('sha256').update(JSON.stringify([content, now]));
      if (now.transform) hash.update(await readFile(now.transform));
      hash.update(JSON.stringify([await waitFor(imageBuild, hasImages(), images(signal)), renewal.binary]));
      return { ok: true, digest: hash.digest('hex'), content };
    },
    async idle(signal) {
      if (uncached && isCached()) uncached = !(await runner.run(target, { signal })).ok;
    },
    async deliver({ rendered, others }, signal) {
      const started = performance.now();
      const current = await images(signal);
      const usedBy = renewal.applying();
      const applied = await retryWithNotice(
        () =>
          applyManifests(cluster, rendered, current, deploy(), {
            ...{ others, timeoutMs: timeoutMs(), signal, onStatus, onWorkload, onNotice },
            beforeApply: (prepared) => {
              usedBy(prepared.uses);
              return beforeApply(prepared);
            },
          }),
        patience,
        signal,
      );
      onApplied(applied);
      return { syncMs: performance.now() - started, changes: applied.changes };
    },
  };
}

/**
 * Requires that nothing is known that would stop the objects from being applied.
 *
 * @throws NxKubeError with everything that is wrong as one message
 */
async function requireSound(
  { objects, errors }: CheckedObjects,
  others: OtherObjects,
  { cluster, deploy, images, installers, patience }: KustomizeBuildTargetParts,
  { signal, waitFor }: { signal: AbortSignal; waitFor: WaitFor },
): Promise<void> {
  if (!errors.length) {
    await waitFor('other targets', !installers.isBusy(), Promise.race([installers.idle(signal), images(signal)]));
  }
  const inCluster = () => checkInCluster(cluster, objects, others, deploy(), signal);
  // What is missing now may be what is being installed.
  const more = installers.isBusy() ? [] : await retryWithNotice(inCluster, patience, signal);
  requireNone([...errors, ...more], deploy());
}
