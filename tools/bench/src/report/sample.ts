import type { Entry, Timings } from '@nx-kube/executors/events/events.js';
import type { Kind } from '../edits/kinds.js';

/** What the loop did with an edit. Durations are in ms. */
export interface LoopSample {
  outcome: Entry['outcome'];
  /** The ledger, as the loop reported it. */
  timings: Timings;
  /** Sent to all pods. */
  bytes: number;
  /**
   * By the clock: from just before the save to the event that the new process has been started; where nothing was restarted, to
   * the end of the ledger.
   */
  toProcessMs: number;
}

/** What live-update tools would have done with the same edit. Durations are in ms. */
export interface LiveUpdateSample {
  /** `go build` with the linker's default flags. */
  buildMs: number;
  /** From the end of the build to the new process: the whole binary by exec, the old process stopped, the new one started. */
  syncMs: number;
  /** Of `syncMs`: until the old process had ended. */
  stopMs: number;
  bytes: number;
}

/** One edit and all that was measured of it, one thing after the other. */
export interface Sample {
  kind: Kind;
  edit: number;
  /** Relative to the workspace root. */
  file: string;
  /** Left out of medians: the first edit after the start. */
  warmUp: boolean;
  loop: LoopSample;
  /** `go build` with the loop's flags; absent for edits that are not of Go code. */
  bareBuildMs?: number;
  liveUpdate?: LiveUpdateSample;
  /** In which order the three were measured, and how busy (0 to 1) the machine was just before each. */
  order: { what: Measured; busy: number }[];
}

export type Measured = 'loop' | 'bare build' | 'live update';

/** A measurement that came to nothing; it is missing from its sample. */
export interface Failure {
  kind: Kind;
  edit: number;
  what: Measured;
  message: string;
}

/** Resident memory in bytes: the most of what was seen after each edit, and the kernel's own peak. */
export interface Memory {
  resident: number;
  peak: number;
}
