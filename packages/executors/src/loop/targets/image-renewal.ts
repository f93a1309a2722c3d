import { nameOf } from '../../deploy/prepare-objects.js';
import type { ImageUse } from '../../workload/image.js';

/** What a new binary means for what else uses the image. */
export type Renewal =
  /** Nothing: no other use of the image, or the same binary. */
  | { type: 'none' }
  /** The manifests are to be applied with an image that has the binary. */
  | { type: 'renew' }
  /** The image stays as it is, since a renewal would replace the pod at every edit: uses to report. */
  | { type: 'keep'; uses: string[] };

/** Keeps what runs the image besides the container under development at the current binary. */
export class ImageRenewal {
  #built: string | undefined;
  #applied: { binary: string | undefined; uses: readonly ImageUse[]; isReported: boolean } | undefined;

  /** Digest of the newest binary where something else uses the image: manifests with an older one are stale. */
  get binary(): string | undefined {
    return this.#applied?.uses.length ? this.#built : undefined;
  }

  /**
   * Call it before the image is delivered with the manifests. Call what it returns once the uses of the image are
   * known.
   */
  applying(): (uses: readonly ImageUse[]) => void {
    const binary = this.#built;
    return (uses) => (this.#applied = { binary, uses, isReported: false });
  }

  /** @param digest digest of the binary that was built */
  onBuilt(digest: string): Renewal {
    this.#built = digest;
    const applied = this.#applied;
    if (!applied?.uses.length || applied.binary === digest) return { type: 'none' };
    if (applied.uses.some(({ isOwn }) => !isOwn)) return { type: 'renew' };
    if (applied.isReported) return { type: 'none' };
    applied.isReported = true;
    return { type: 'keep', uses: applied.uses.map(nameOf) };
  }
}
