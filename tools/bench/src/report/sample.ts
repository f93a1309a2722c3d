import type { Entry, Timings } from '@nx-kube/executors/events/events.js';
import type { Kind } from '../edits/kinds.js';

/** One edit in the loop. Durations are in ms. */
export interface LoopSample {
  outcome: Entry['outcome'];
  /** The ledger, as the loop reported it. */
  timings: Timings;
  /** Bytes sent to all pods. */
  bytes: number;
  /**
   * Wall-clock time from just before the save to the event of the new process. If nothing restarted: to the end of the
   * ledger.
   */
  toProcessMs: number;
}

/** The same edit as live-update tools deliver it. Durations are in ms. */
export interface LiveUpdateSample {
  /** `go build` with the linker's default flags. */
  buildMs: number;
  /**
   * From the end of the build to the new process: the whole binary by exec, stop of the old process, start of the new
   * one.
   */
  syncMs: number;
  /** The part of `syncMs` until the old process had ended. */
  stopMs: number;
  bytes: number;
}

/** One edit and all its measurements, taken one after another. */
export interface Sample {
  kind: Kind;
  edit: number;
  /** Path relative to the workspace root. */
  file: string;
  /** Whether the sample is excluded from medians, as the first edit after the start. */
  warmUp: boolean;
  loop: LoopSample;
  /** `go build` with the loop's flags; missing for edits outside of Go code. */
  bareBuildMs?: number;
  liveUpdate?: LiveUpdateSample;
  /** The order of the measurements, and the load (0 to 1) just before each. */
  order: { what: Measured; busy: number }[];
}

export type Measured = 'loop' | 'bare build' | 'live update';

/** A failed measurement; its sample lacks it. */
export interface Failure {
  kind: Kind;
  edit: number;
  what: Measured;
  message: string;
}

/** Resident memory (bytes): the maximum over all edits, and the kernel's own peak. */
export interface Memory {
  resident: number;
  peak: number;
}
