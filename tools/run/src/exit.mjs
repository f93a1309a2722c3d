// @ts-check

/**
 * Ends the process when the terminal or pipe has taken everything that was printed: `process.exit` drops the rest.
 *
 * @param {number} code
 * @returns {Promise<never>}
 */
export async function exit(code) {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise((resolve) => stream.write('', resolve));
  }
  return process.exit(code);
}
