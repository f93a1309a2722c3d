import { NxKubeError } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import type { ScheduleEvent } from './plan/schedule.js';

/** What another terminal can ask a running loop to do. */
export type Command =
  /** Without targets: all of them. */
  { verb: 'pause' | 'resume'; targets?: string[] } | { verb: 'trigger'; targets: string[] };

const events = { pause: 'paused', resume: 'resumed', trigger: 'triggered' } as const;

/**
 * Does what another terminal asks.
 *
 * @param known all targets of the loop
 * @param on gives the schedule an event
 * @throws NxKubeError (configuration) for a target that the loop does not have
 */
export function obey(request: Command, known: readonly string[], on: (event: ScheduleEvent) => void, emit: Emit): void {
  const { verb, targets = [...known] } = request;
  const unknown = targets.find((target) => !known.includes(target));
  if (unknown !== undefined) {
    throw new NxKubeError('configuration', `The loop has no target "${unknown}"`, {
      next: `Use one of ${known.join(', ')}.`,
    });
  }
  emit({ type: 'command', verb, targets });
  on({ type: events[verb], targets });
}
