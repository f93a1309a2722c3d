import leven from 'leven';

/** Returns the known name that is nearest to a mistyped one, or undefined if none is near. Pure. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(name, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(2, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/**
 * Nearest are names that differ in case and separators only: `dry-run`, `dryRun`. Next is a prefix: `time`, `timeout`.
 */
function distance(a: string, b: string): number {
  const [plainA, plainB] = [plain(a), plain(b)];
  if (plainA === plainB) return a === b ? 0 : 0.5;
  return plainA.length > 2 && plainB.startsWith(plainA) ? 1 : leven(plainA, plainB);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, '');
}

/** Returns the next step for an unknown name: the nearest known name, all known names, or its removal. Pure. */
export function suggestion(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near) return `Did you mean ${near}?`;
  return known.length > 0 ? `Use one of ${[...known].sort().join(', ')}.` : 'Remove it.';
}
