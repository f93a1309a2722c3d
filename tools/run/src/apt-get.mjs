// @ts-check
/** Debian's package manager asks nobody anything. */
export const APT_ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive' };

/** Machines install updates by themselves, and hold the lock meanwhile: it is waited for, in seconds. */
const PATIENCE = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];

/** How often, at most, it is tried to begin: not every lock is waited for, and mirrors change under way. */
const ATTEMPTS = 5;
/** Time between two attempts, in milliseconds. */
const PAUSE = 10_000;

/**
 * Installs Debian packages, after those that an interrupted run has left half installed are mended.
 * @param {string[]} packages
 * @param {(program: string, args: string[]) => Promise<string>} run runs a program in `APT_ENVIRONMENT` and returns what it
 *   writes; rejects if it fails
 * @param {(milliseconds: number) => Promise<unknown>} pause
 */
export async function installPackages(packages, run, pause) {
  for (let attempt = 1; ; attempt++) {
    try {
      if (await run('dpkg', ['--audit'])) await run('dpkg', ['--configure', '-a']);
      await run('apt-get', ['update', '-q', ...PATIENCE]);
      break;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await pause(PAUSE);
    }
  }
  await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...PATIENCE, ...packages]);
}
