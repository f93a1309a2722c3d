import type { Timings } from '../events/events.js';

/**
 * Completes the durations of an edit so that its steps add up to `total`. Time in no step is time that the target
 * waited. A process gets ready while its delivery ends, and that time is counted once. Pure.
 *
 * @param measured the whole duration (ms)
 */
export function addUp({ ready, ...steps }: Omit<Timings, 'wait' | 'total'>, measured: number): Timings {
  const taken = Object.entries(steps).filter(([, ms]) => ms !== undefined) as [string, number][];
  const sum = taken.reduce((ms, [, step]) => ms + step, 0);
  const readyMs = ready === undefined ? 0 : Math.min(ready, Math.max(0, measured - sum));
  const wait = measured - sum - readyMs;
  return {
    ...Object.fromEntries(taken),
    ...(ready !== undefined && { ready: readyMs }),
    ...(wait > 0 && { wait }),
    // Steps that a target measures by itself may take longer by their own clocks.
    total: Math.max(measured, sum),
  };
}
