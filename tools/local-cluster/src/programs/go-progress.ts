import type { Progress } from '../config/progress.js';

/** Interval (ms) between two progress lines. */
const INTERVAL = 5_000;

/** Parses what `go list` and `go build -v` write to standard error, and reports progress from time to time. */
export class GoProgress {
  /** Number of packages to compile, once it is known. */
  total = 0;
  private compiled = 0;
  private downloaded = 0;
  private reportedAt: number;

  constructor(
    private readonly progress: Progress,
    private readonly now: () => number = Date.now,
  ) {
    this.reportedAt = now();
  }

  /** Reads one line. Returns false if it is neither a download nor the name of a compiled package. */
  read(line: string): boolean {
    if (line.startsWith('go: downloading ')) {
      this.downloaded++;
      this.report(`Downloaded ${this.downloaded} modules.`);
      return true;
    }
    if (/^[\w.\-/~]+$/.test(line)) {
      this.compiled++;
      // The total counts the packages that `go list` reported as stale, without the standard library.
      this.total = Math.max(this.total, this.compiled);
      this.report(`Compiled ${this.compiled} of ${this.total} packages.`);
      return true;
    }
    return false;
  }

  private report(line: string): void {
    if (this.now() - this.reportedAt < INTERVAL) return;
    this.reportedAt = this.now();
    this.progress(line);
  }
}
