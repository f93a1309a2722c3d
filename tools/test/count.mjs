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

/**
 * From the events of `go test -json`: every test, and every package that failed without a failing test.
 * @param {string} events one JSON object a line
 * @returns {Count}
 */
export function ofGoTest(events) {
  const count = { passed: 0, failed: 0 };
  const failedIn = new Set();
  for (const line of events.split('\n').filter((line) => line.startsWith('{'))) {
    const { Action: action, Test: test, Package: name } = JSON.parse(line);
    if (test && action === 'pass') count.passed += 1;
    if (test && action === 'fail') failedIn.add(name);
    if (action === 'fail' && (test || !failedIn.has(name))) count.failed += 1;
  }
  return count;
}
