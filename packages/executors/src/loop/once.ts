import { childController, waitUntil } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { startLanes } from './lanes.js';
import { Verdict } from './observe/verdict.js';
import { targetNames, type LoopOptions, type LoopParts } from './options.js';

/** How long a one-shot run retries transient failures (ms). */
const patienceMs = 20_000;

/**
 * Brings the project up once and waits until it is healthy.
 *
 * @throws NxKubeError with the first failure
 */
export async function runOnce(options: LoopOptions, parts: LoopParts): Promise<void> {
  const verdict = new Verdict(targetNames(options));
  const emit: Emit = (event) => {
    parts.emit(event);
    verdict.onEvent(event);
  };
  // A one-shot run ends before anybody could use a forward, read the log, or open a gate.
  const once = { ...options, portForwards: [], logs: false, modes: {} };
  const lanes = startLanes(() => once, { ...parts, emit }, patienceMs);
  lanes.on({ type: 'started' });
  const waiting = childController(parts.signal);
  const { timeoutMs } = options;
  const outOfTime = waitUntil(waiting.signal, { ms: timeoutMs }).then((end) => {
    if (end === 'elapsed') verdict.fail(`not healthy after ${Math.round(timeoutMs / 1000)} s`);
    else verdict.fail('stopped');
  });
  try {
    await Promise.race([verdict.reached, outOfTime.then(() => verdict.reached)]);
  } finally {
    waiting.abort();
  }
}
