import type { Change } from '@nx-kube/cluster';

/** What a target made: content known by a digest, or the reason why there is none. */
export type MadeContent<Content> = { ok: true; digest: string; content: Content } | { ok: false; message: string };

/** What delivering some content came to. */
export interface Delivery {
  bytes?: number;
  pods?: number;
  changes?: Change[];
  syncMs: number;
  restartMs?: number;
  /** What became of the new processes, where the delivery started some. */
  outcome?: Promise<{ readyMs?: number } | { crashed: string }>;
}

/** A target in the loop: how its content is made, and how it gets into the cluster. */
export interface LoopTarget<Content> {
  target: string;
  /** Makes the content from the files as they are; stops early, and leaves no process behind, with the signal. */
  make(signal: AbortSignal): Promise<MadeContent<Content>>;
  /** Brings the content to the cluster; idempotent. Retries what passes by itself until the signal. */
  deliver(content: Content, signal: AbortSignal): Promise<Delivery>;
  /** Work that can wait until nothing has been edited for a while; stops early with the signal. */
  idle?(signal: AbortSignal): Promise<void>;
}
