// @ts-check
/** @typedef {import('./count.mjs').Count} Count */

/**
 * @typedef {object} EmbeddedCluster
 * @property {() => Promise<boolean>} runs whether any of it runs
 * @property {() => Promise<NodeJS.ProcessEnv | undefined>} up the environment to use it with; undefined if it does not
 *   come up
 * @property {() => Promise<boolean>} down whether it could be taken down
 */

/**
 * Runs tests in the embedded cluster, which is taken down afterwards whatever happens, unless it was up before: then it
 * is somebody's. Coming up and going down count as failures only.
 * @param {EmbeddedCluster} cluster
 * @param {(env: NodeJS.ProcessEnv) => Promise<Count>} tests
 * @param {{ ci: boolean, say: (line: string) => void }} options `ci`: no one needs the cluster afterwards
 * @returns {Promise<Count[]>}
 */
export async function inCluster(cluster, tests, { ci, say }) {
  const stays = !ci && (await cluster.runs());
  if (stays) say('The embedded cluster is up. Its tests recreate it, so its content is lost. It stays up.');
  const counts = [];
  try {
    const env = await cluster.up();
    counts.push(env ? await tests(env) : failure);
  } finally {
    if (!stays && !(await cluster.down())) counts.push(failure);
  }
  return counts;
}

/** @type {Count} */
const failure = { passed: 0, failed: 1 };
