import { NxKubeError } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import type { Gate, Work } from './plan/gate.js';

/** What another terminal can ask a running loop to do. */
export type Command =
  /** Without targets: all of them. */
  { verb: 'pause' | 'resume'; targets?: string[] } | { verb: 'trigger'; targets: string[] };

/**
 * Does what another terminal asks.
 *
 * @param serve has a target run now
 * @throws NxKubeError (configuration) for a target that the loop has not
 */
export function obey(request: Command, gate: Gate, serve: (work: ReadonlyMap<string, Work>) => void, emit: Emit): void {
  const targets = request.targets ?? gate.targets;
  const unknown = targets.find((target) => !gate.targets.includes(target));
  if (unknown !== undefined) {
    throw new NxKubeError('configuration', `the loop has no target "${unknown}"`, {
      next: `Use one of ${gate.targets.join(', ')}.`,
    });
  }
  const now = performance.now();
  emit({ type: 'command', verb: request.verb, targets });
  if (request.verb === 'pause') gate.pause(targets);
  if (request.verb === 'resume') serve(gate.resume(targets, now));
  if (request.verb === 'trigger') serve(new Map(targets.map((target) => [target, gate.trigger(target, now)])));
}
