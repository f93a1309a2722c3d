import type { LoopEvent } from '../events/events.js';

const fix = `  → Set LeaderElectionReleaseOnCancel in the manager's options, or "releaseLease": true on dev.`;

/** The lines about the leader: how long the election took, and the fix where the wait was needless. Pure. */
export function leaseLines(event: LoopEvent & { type: 'lease' }): string[] {
  const { pod, lease } = event;
  if (event.state === 'waiting') {
    const waits = `… Pod/${pod}: waits for ${lease}, which a process that is gone did not give back`;
    return event.message === undefined ? [waits] : [waits, `  it cannot be released: ${event.message}`];
  }
  const leads = `  Pod/${pod}: leads ${(event.ms / 1000).toFixed(1)} s after its start`;
  if (event.former === 'expired') return [`${leads}: it had to wait until ${lease} expired`, fix];
  return [event.former === 'released' ? `${leads}, as ${lease} was released for it` : leads];
}
