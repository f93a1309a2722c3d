// @ts-check
/** Silence (ms) before a progress line: a silent terminal looks like a dead one. */
const PATIENCE = 9_000;

/**
 * Prints `… still <what>: 20 s` during long silences, until it is ended. It does not keep the process alive.
 * @param {string} what such as `building the packages`
 * @param {(line: string) => void} say
 * @returns {{ heard: () => void, end: () => void }} call `heard` after printing something else
 */
export function breakSilence(what, say) {
  const begun = Date.now();
  const timer = setTimeout(() => {
    say(`… still ${what}: ${Math.round((Date.now() - begun) / 1000)} s`);
    timer.refresh();
  }, PATIENCE);
  timer.unref();
  return { heard: () => void timer.refresh(), end: () => clearTimeout(timer) };
}
