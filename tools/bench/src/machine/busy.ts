import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Load below which the machine counts as idle: an idle control plane takes about a tenth of two processors. */
const idleBelow = 0.2;
const sampleMs = 400;

/**
 * Waits until the machine is idle, or for at most `atMostMs`.
 *
 * @returns the last measured load of all processors, 0 to 1
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

/** Returns the busy share (0 to 1) between two readings. Pure. */
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
