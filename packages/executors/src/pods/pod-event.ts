import type { LeaseEvent } from '../leader/leadership.js';

/**
 * What happens to the pods of a workload and the processes in them. Their observer decides what that means: the loop
 * reports each event in its stream and tells the schedule, a one-shot target waits by it.
 */
export type PodEvent =
  /**
   * `connected`: the agent has answered, and runs `digest`. `current`: the pod runs the wanted binary. `lost`: the
   * connection is cut.
   */
  | { type: 'pod'; pod: string; state: 'connected' | 'current' | 'lost' | 'gone'; digest?: string; message?: string }
  /** `exited`: the process died by itself; `message` says how. An end that a delivery wanted is not reported. */
  | {
      type: 'process';
      pod: string;
      state: 'started' | 'exited' | 'ready';
      pid?: number;
      message?: string;
      lastLines?: string[];
    }
  | { type: 'log'; pod: string; container: string; line: string }
  /** The watch of the pods has lost the API server, or has found it again. */
  | { type: 'cluster'; state: 'unreachable' | 'reachable'; message?: string }
  | LeaseEvent;

export type OnPodEvent = (event: PodEvent) => void;
