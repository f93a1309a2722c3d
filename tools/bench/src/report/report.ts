import type { Failure } from './sample.js';
import type { Headline, KindSummary, Measurements } from './summary.js';

export interface Report extends Found {
  project: string;
  /** Start time of the run, RFC 3339. */
  started: string;
  machine: { processors: number; model: string; memory: number; node: string };
  cluster: { context: string; server: string };
  kinds: KindSummary[];
  headlines: Headline[];
  /** Why the run ended early, or why the clean-up failed. */
  ended?: string;
}

/** The results while they are collected. */
export interface Found extends Measurements {
  /** Arguments of the bare `go build`. */
  goArguments: string[];
  failures: Failure[];
}
