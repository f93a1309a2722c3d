/**
 * A mistake in a file that the graph is made from. Nx prints the message of what a plugin throws and nothing else, so the
 * next step is part of it. (A plain Error: this package's graph code loads nothing, for every Nx command waits for it.)
 *
 * @param message names the file, and the field or line
 * @param next one sentence, an imperative, ending in a full stop
 */
export function configurationError(message: string, next: string): Error {
  return new Error(`${message}\n  → ${next}`);
}
