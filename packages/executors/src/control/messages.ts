import type { Entry, UpdateState } from '../events/events.js';
import type { Command } from '../loop/commands.js';
import type { GateState } from '../loop/plan/gate.js';

/** One request, one line of JSON, over the loop's socket; the answer is one line too. */
export type ControlRequest = { verb: 'status' } | Command;

/** What a target is doing, and what came of it last. */
export interface TargetStatus extends GateState {
  target: string;
  state: UpdateState;
  /** What it waits for now. */
  waitsFor?: string;
  /** What is wrong with it now. */
  message?: string;
  last?: Pick<Entry, 'outcome' | 'bytes' | 'pods'> & { edit: number; totalMs: number };
}

export interface LoopStatus {
  project: string;
  context: string;
  healthy: boolean;
  /** Why it is not healthy. */
  message?: string;
  targets: TargetStatus[];
  forwards: { name: string; address: string; state: 'ok' | 'failing'; message?: string; waits?: true }[];
  pods: { pod: string; state: string; digest?: string }[];
}

export type ControlAnswer = { ok: true; status: LoopStatus } | { ok: false; message: string; next?: string };
