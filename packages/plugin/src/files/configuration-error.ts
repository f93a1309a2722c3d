/**
 * Makes the error for a mistake in a file that the graph is made from. Nx prints only the message of a plugin's error,
 * so the message holds the next step. The error is a plain Error: every Nx command waits for the graph code, which
 * loads nothing else.
 *
 * @param message one sentence that names the file, and the field or line
 * @param next the next step: one sentence, an imperative, with a full stop
 */
export function configurationError(message: string, next: string): Error {
  return new Error(`${message}\n  → ${next}`);
}
