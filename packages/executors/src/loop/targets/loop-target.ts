import type { Change } from '@nx-kube/cluster';

/** The result of making a target's content: the content and its digest, or the reason of the failure. */
export type MadeContent<Content> = { ok: true; digest: string; content: Content } | { ok: false; message: string };

/** The result of a delivery. */
export interface Delivery {
  bytes?: number;
  pods?: number;
  changes?: Change[];
  syncMs: number;
  restartMs?: number;
  /** Whether the new processes got ready or crashed, where the delivery started some. */
  outcome?: Promise<{ readyMs?: number } | { crashed: string }>;
}

/**
 * Waits for a value, and reports that the target waits where the value is not there yet. This time is not part of the
 * step that waits.
 *
 * @param what what has to come first: a target, `a running pod`
 * @param isThere whether `value` resolves at once
 */
export type WaitFor = <T>(what: string, isThere: boolean, value: Promise<T>) => Promise<T>;

/** For a caller that needs no report. */
export const waitSilently: WaitFor = (_, __, value) => value;

/** A target of the loop: it makes content and delivers it to the cluster. */
export interface LoopTarget<Content> {
  target: string;
  /** Makes the content from the present files. The signal stops it early; no process is left behind. */
  make(signal: AbortSignal, waitFor?: WaitFor): Promise<MadeContent<Content>>;
  /** Brings the content to the cluster. Idempotent. Retries transient failures until the signal. */
  deliver(content: Content, signal: AbortSignal, waitFor?: WaitFor): Promise<Delivery>;
  /** A delivery that failed is tried again from time to time: its cause may be gone, and trying costs little. */
  triesAgain?: boolean;
  /** Work that can wait until nothing has been edited for a while. The signal stops it early. */
  idle?(signal: AbortSignal): Promise<void>;
}
