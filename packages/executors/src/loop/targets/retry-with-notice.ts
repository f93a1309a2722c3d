import { retry } from '@nx-kube/cluster';
import type { Emit } from '../../events/events.js';

/** How to retry, and where to report that the cluster does not answer and that it answers again. */
export interface RetryNotice {
  emit: Emit;
  /** How long to retry (ms): without end in the loop, for the next edit stops it. */
  forMs: number;
}

/** Runs an action and retries it on transient failures. */
export async function retryWithNotice<T>(
  action: () => Promise<T>,
  { emit, forMs }: RetryNotice,
  signal: AbortSignal,
): Promise<T> {
  let isReported = false;
  const onRetry = (error: unknown) => {
    if (!isReported) emit({ type: 'cluster', state: 'unreachable', message: (error as Error).message });
    isReported = true;
  };
  const result = await retry(action, { forMs, signal, onRetry });
  if (isReported) emit({ type: 'cluster', state: 'reachable' });
  return result;
}
