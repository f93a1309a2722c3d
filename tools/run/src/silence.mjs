// @ts-check
/** After so many milliseconds without a word, something is said: a silent terminal looks like a dead one. */
const PATIENCE = 9_000;

/**
 * Says `… still <what>: 20 s` whenever nothing was heard for a while, until it is ended. It keeps no process alive.
 * @param {string} what such as `building the packages`
 * @param {(line: string) => void} say
 * @returns {{ heard: () => void, end: () => void }} `heard` is for whoever has written something else
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
