import type { Failure } from './sample.js';
import type { Headline, KindSummary, Measurements } from './summary.js';

export interface Report extends Found {
  project: string;
  /** When the run began, RFC 3339. */
  started: string;
  machine: { processors: number; model: string; memory: number; node: string };
  cluster: { context: string; server: string };
  kinds: KindSummary[];
  headlines: Headline[];
  /** Why it ended before all was measured, or could not be cleaned up after. */
  ended?: string;
}

/** What was measured, as it is collected. */
export interface Found extends Measurements {
  /** Arguments of the bare `go build`. */
  goArguments: string[];
  failures: Failure[];
}
