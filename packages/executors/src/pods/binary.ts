import { pack, preparePack, type Pack, type PreparedPack } from '../agent/pack.js';
import { sha256 } from '../image/archive/sha256.js';
import type { BinaryStore } from './binary-store.js';

/** A base that is being indexed while the new binary is still being built. */
export interface PreparedBase {
  digest: string;
  pack: PreparedPack;
}

/** Starts to index a binary that pods run, if there is a copy of it on this side. */
export async function prepareBase(
  digest: string | undefined,
  store: BinaryStore,
  signal: AbortSignal,
): Promise<PreparedBase | undefined> {
  const path = digest && (await store.find(digest));
  return path ? { digest, pack: preparePack({ base: { path, digest }, signal }) } : undefined;
}

/** One binary on its way to pods: its digest, and one pack for each base that pods have, shared by those pods. */
export class Binary {
  readonly #packs = new Map<string, Promise<Pack>>();
  #digest: Promise<string> | undefined;
  #prepared: PreparedBase | undefined;

  /** @param known what is known of it already: its digest, a base that is being indexed for it */
  constructor(
    readonly path: string,
    private readonly store: BinaryStore,
    known: { digest?: string; prepared?: PreparedBase } = {},
  ) {
    this.#prepared = known.prepared;
    this.#digest = known.digest === undefined ? undefined : Promise.resolve(known.digest);
  }

  /** From a pack if one has begun, which reads the file anyway; else from the file. */
  digest(): Promise<string> {
    return (this.#digest ??= sha256(this.path).then((hex) => `sha256:${hex}`));
  }

  /** What turns `base` into this binary; the whole of it where there is no copy of the base on this side. */
  packFor(base: string | undefined): Promise<Pack> {
    const key = base ?? '';
    const known = this.#packs.get(key);
    if (known) return known;
    const begun = this.#pack(base);
    this.#packs.set(key, begun);
    this.#digest ??= begun.then(async (pack) => (await pack.header).digest);
    return begun;
  }

  /** Ends the preparation if no pod had its base. */
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
