import type { Progress } from '../config/progress.js';

/** Time between two lines of progress, in milliseconds. */
const INTERVAL = 5_000;

/** Reads what `go list` and `go build -v` write to standard error, and says now and then how far they are. */
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

  /** Takes one line; false if it is neither a download nor the name of a compiled package. */
  read(line: string): boolean {
    if (line.startsWith('go: downloading ')) {
      this.downloaded++;
      this.report(`downloaded ${this.downloaded} modules`);
      return true;
    }
    if (/^[\w.\-/~]+$/.test(line)) {
      this.compiled++;
      // The count is of packages that `go list` held to be stale; the standard library's are not among them.
      this.total = Math.max(this.total, this.compiled);
      this.report(`compiled ${this.compiled} of ${this.total} packages`);
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
