/**
 * Starts work for each target of one edit: at once, or when all that it depends on among them has ended, well or not. Targets that
 * wait for each other in a circle are refused beforehand.
 *
 * @param dependsOn the targets that a target waits for; those that the edit does not concern do not count
 */
export function runInOrder(
  targets: readonly string[],
  dependsOn: (target: string) => readonly string[],
  start: (target: string) => Promise<void>,
): void {
  const started = new Map<string, Promise<void>>();
  const run = (target: string): Promise<void> => {
    const known = started.get(target);
    if (known) return known;
    const before = dependsOn(target).filter((other) => other !== target && targets.includes(other));
    // Without waiting for a turn of the event loop where there is nothing to wait for.
    const ended = before.length ? Promise.allSettled(before.map(run)).then(() => start(target)) : start(target);
    started.set(target, ended);
    return ended;
  };
  targets.forEach(run);
}
