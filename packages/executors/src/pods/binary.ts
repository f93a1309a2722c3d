import { pack, preparePack, type Pack, type PreparedPack } from '../agent/pack.js';
import { sha256 } from '../image/archive/sha256.js';
import type { BinaryStore } from './binary-store.js';

/** A base that is indexed while the new binary is being built. */
export interface PreparedBase {
  digest: string;
  pack: PreparedPack;
}

/** Starts to index a binary that pods run, if there is a local copy. */
export async function prepareBase(
  digest: string | undefined,
  store: BinaryStore,
  signal: AbortSignal,
): Promise<PreparedBase | undefined> {
  const path = digest && (await store.find(digest));
  return path ? { digest, pack: preparePack({ base: { path, digest }, signal }) } : undefined;
}

/** One binary on its way to pods: its digest, and one pack for each base. Pods with the same base share a pack. */
export class Binary {
  readonly #packs = new Map<string, Promise<Pack>>();
  #digest: Promise<string> | undefined;
  #prepared: PreparedBase | undefined;

  /** Pods may run this binary already: compare before anything is sent. */
  readonly mayBeSame: boolean;

  /** @param known the digest, if it is known, and a base that is being indexed */
  constructor(
    readonly path: string,
    private readonly store: BinaryStore,
    known: { digest?: string; prepared?: PreparedBase; mayBeSame?: boolean } = {},
  ) {
    this.mayBeSame = known.mayBeSame ?? false;
    this.#prepared = known.prepared;
    this.#digest = known.digest === undefined ? undefined : Promise.resolve(known.digest);
  }

  /** Returns the SHA-256: from a pack that has begun, which reads the file anyway, else from the file. */
  digest(): Promise<string> {
    return (this.#digest ??= sha256(this.path).then((hex) => `sha256:${hex}`));
  }

  /** Returns the pack that turns `base` into this binary; the whole binary where there is no local copy of the base. */
  packFor(base: string | undefined): Promise<Pack> {
    const key = base ?? '';
    const known = this.#packs.get(key);
    if (known) return known;
    const begun = this.#pack(base);
    this.#packs.set(key, begun);
    this.#digest ??= begun.then(async (pack) => (await pack.header).digest);
    return begun;
  }

  /** Cancels the preparation if no pod has its base. */
  release(): void {
    this.#prepared?.pack.cancel();
    this.#prepared = undefined;
  }

  async #pack(base: string | undefined): Promise<Pack> {
    if (base && this.#prepared?.digest === base) {
      const { pack: prepared } = this.#prepared;
      this.#prepared = undefined;
      return prepared.pack(this.path);
    }
    const path = base && (await this.store.find(base));
    return pack({ path: this.path, ...(path && { base: { path, digest: base } }) });
  }
}
