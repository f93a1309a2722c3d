import { describe, expect, it } from 'vitest';
import { installPackages } from './apt-get.mjs';

/** Simulates a machine whose package lock is held by another program. */
function machine(updatesThatFail: number, audit = '') {
  const ran: string[] = [];
  const pauses: number[] = [];
  const run = async (program: string, args: string[]) => {
    ran.push([program, ...args].join(' '));
    if (args[0] === 'update' && updatesThatFail-- > 0) throw new Error('could not get lock');
    return args[0] === '--audit' ? audit : '';
  };
  return { ran, pauses, run, pause: async (milliseconds: number) => void pauses.push(milliseconds) };
}

describe('installPackages', () => {
  it('an install waits for the lock of the package manager', async () => {
    const { ran, run, pause } = machine(0);
    await installPackages(['gcc', 'runc'], run, pause);
    expect(ran).toEqual([
      'dpkg --audit',
      expect.stringMatching(/^apt-get update .*DPkg::Lock::Timeout=300/),
      expect.stringMatching(/^apt-get install .*DPkg::Lock::Timeout=300.* gcc runc$/),
    ]);
  });

  it('an install first configures half-installed packages', async () => {
    const { ran, run, pause } = machine(0, 'The following packages are only half configured');
    await installPackages(['gcc'], run, pause);
    expect(ran.slice(0, 2)).toEqual(['dpkg --audit', 'dpkg --configure -a']);
  });

  it('an install retries the package lists, but not forever', async () => {
    const twice = machine(2);
    await installPackages(['gcc'], twice.run, twice.pause);
    expect(twice.pauses).toHaveLength(2);
    expect(twice.ran.at(-1)).toContain('install');
    const always = machine(Infinity);
    await expect(installPackages(['gcc'], always.run, always.pause)).rejects.toThrow('could not get lock');
    expect(always.ran.filter((line) => line.includes('install'))).toEqual([]);
  });
});
