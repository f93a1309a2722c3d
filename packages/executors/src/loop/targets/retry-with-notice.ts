import { retry } from '@nx-kube/cluster';
import type { Emit } from '../../events/events.js';

/** Who is told that the cluster does not answer, and that it does again. */
export interface RetryNotice {
  emit: Emit;
  /** How long to go on trying, in ms: without end in the loop, for the next edit stops it. */
  forMs: number;
}

/** Runs an action until it does not fail in a way that passes by itself. */
export async function retryWithNotice<T>(
  action: () => Promise<T>,
  { emit, forMs }: RetryNotice,
  signal: AbortSignal,
): Promise<T> {
  let told = false;
  const onRetry = (error: unknown) => {
    if (!told) emit({ type: 'cluster', state: 'unreachable', message: (error as Error).message });
    told = true;
  };
  const result = await retry(action, { forMs, signal, onRetry });
  if (told) emit({ type: 'cluster', state: 'reachable' });
  return result;
}
