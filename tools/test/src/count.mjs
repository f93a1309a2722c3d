// @ts-check
/** Counts of tests that ran: what the last line of `npm test` is made of. */

/** @typedef {{ passed: number, failed: number }} Count */

/** @param {Count[]} counts @returns {Count} */
export function sum(counts) {
  return counts.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  });
}

/**
 * From the report that vitest wrote, or one failure if it wrote none or a file could not even be loaded.
 * @param {string} json @param {number | null} status exit status of vitest
 * @returns {Count}
 */
export function ofVitest(json, status) {
  const report = json ? JSON.parse(json) : { numPassedTests: 0, numFailedTests: 0, numTotalTests: 0 };
  const failed = report.numFailedTests + (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  const unexplained = status !== 0 && failed === 0 ? 1 : 0;
  return { passed: report.numPassedTests, failed: failed + unexplained };
}

/** Reads the events of `go test -json` as they come: one JSON object a line. */
export class GoTestEvents {
  /** What the tests have written. */
  output = '';
  #rest = '';
  #passed = 0;
  #failed = 0;
  /** Packages of which a test has failed. */
  #failedIn = new Set();
  #report;

  /** @param {(line: string) => void} report receives each package that has ended */
  constructor(report) {
    this.#report = report;
  }

  /** @param {string} chunk */
  read(chunk) {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines.filter((line) => line.startsWith('{'))) this.#take(JSON.parse(line));
  }

  /** Every test, and every package that failed without a failing test. @returns {Count} */
  count() {
    return { passed: this.#passed, failed: this.#failed };
  }

  /** @param {{ Action: string, Test?: string, Package?: string, Output?: string, Elapsed?: number }} event */
  #take({ Action: action, Test: test, Package: name, Output: output = '', Elapsed: elapsed = 0 }) {
    this.output += output;
    if (test && action === 'pass') this.#passed += 1;
    if (test && action === 'fail') this.#failedIn.add(name);
    if (action === 'fail' && (test || !this.#failedIn.has(name))) this.#failed += 1;
    if (!test && (action === 'pass' || action === 'fail')) this.#report(`${name}: ${action} after ${elapsed} s`);
  }
}
