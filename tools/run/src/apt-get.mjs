// @ts-check
/** Makes Debian's package manager ask no questions. */
export const APT_ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive' };

/** Lock time-out (s): automatic updates of the machine may hold the lock. */
const PATIENCE = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];

/** Maximum number of attempts: the time-out does not cover every lock, and mirrors change during an update. */
const ATTEMPTS = 5;
/** Pause (ms) between two attempts. */
const PAUSE = 10_000;

/**
 * Installs Debian packages. First configures packages that an interrupted run has left half installed.
 * @param {string[]} packages
 * @param {(program: string, args: string[]) => Promise<string>} run runs a program in `APT_ENVIRONMENT` and returns its
 * output; rejects if it fails
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
