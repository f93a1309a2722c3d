/** Now, in ms since 1970 as Date has it, but with fractions: comparable with what other processes of this machine tell. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
