import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Below this the machine counts as idle: a control plane that has nothing to do takes about a tenth of two processors. */
const idleBelow = 0.2;
const sampleMs = 400;

/**
 * Waits until the machine is idle, but not for ever.
 *
 * @returns how busy it was at last: 0 to 1, of all processors
 */
export async function untilIdle(atMostMs: number, signal: AbortSignal): Promise<number> {
  const deadline = performance.now() + atMostMs;
  for (;;) {
    const before = times();
    await delay(sampleMs, undefined, { signal });
    const busy = busyBetween(before, times());
    if (busy < idleBelow || performance.now() > deadline) return busy;
  }
}

interface Times {
  idle: number;
  all: number;
}

/** Pure. */
export function busyBetween(before: Times, after: Times): number {
  const all = after.all - before.all;
  return all > 0 ? 1 - (after.idle - before.idle) / all : 0;
}

function times(): Times {
  const each = cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({
    idle,
    all: user + nice + sys + irq + idle,
  }));
  return each.reduce((sum, one) => ({ idle: sum.idle + one.idle, all: sum.all + one.all }), { idle: 0, all: 0 });
}
