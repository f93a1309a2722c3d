import type { Decision } from './plan/schedule.js';

const verbs = {
  run: 'runs',
  wait: 'waits',
  collect: 'collects the edit',
  drop: 'is dropped from the queue',
};

/**
 * Prints a decision of the schedule and its reason, in one line, where `NX_KUBE_LOG=debug` is set. It goes to standard
 * error, for standard output may be the JSON stream.
 */
export function logDecision(
  { does, target, reason }: Pick<Decision, 'does' | 'target' | 'reason'>,
  { env = process.env, write = (text: string) => void process.stderr.write(text) } = {},
): void {
  if (env['NX_KUBE_LOG'] === 'debug') write(`nx-kube: ${target} ${verbs[does]}: ${reason}\n`);
}
