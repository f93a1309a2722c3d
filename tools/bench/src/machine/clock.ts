/**
 * Returns the current time (ms since 1970) with fractions. Timestamps of other processes on this machine are
 * comparable.
 */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
