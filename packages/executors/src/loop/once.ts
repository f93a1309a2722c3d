import { childController, waitUntil } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { startLanes } from './lanes.js';
import { Verdict } from './observe/verdict.js';
import { targetNames, type LoopOptions, type LoopParts } from './options.js';

/** How long a one-shot run retries transient failures (ms). */
const patienceMs = 20_000;

/** How long running work may take to stop (ms). */
const endWithinMs = 1200;

/**
 * Brings the project up once and waits until it is healthy.
 *
 * @throws NxKubeError with the first failure
 */
export async function runOnce(options: LoopOptions, parts: LoopParts): Promise<void> {
  const verdict = new Verdict(targetNames(options));
  const ended = childController(parts.signal);
  const emit: Emit = (event) => {
    // What its own end cuts off is no news.
    if (ended.signal.aborted) return;
    parts.emit(event);
    verdict.onEvent(event);
  };
  // A one-shot run ends before anybody could use a forward, read the log, or open a gate.
  const once = { ...options, portForwards: [], logs: false, modes: {} };
  const lanes = startLanes(() => once, { ...parts, emit, signal: ended.signal }, { patienceMs, watchesObjects: false });
  lanes.on({ type: 'started' });
  const waiting = childController(parts.signal);
  const { timeoutMs } = options;
  const outOfTime = waitUntil(waiting.signal, { ms: timeoutMs }).then((end) => {
    if (end === 'elapsed') verdict.timeOut(timeoutMs);
    else verdict.fail('stopped');
  });
  try {
    await Promise.race([verdict.reached, outOfTime.then(() => verdict.reached)]);
  } finally {
    waiting.abort();
    // Before the caller closes the connections: nothing may take that for an outage.
    ended.abort();
    await lanes.ended(endWithinMs);
  }
}
