import type { Change } from '@nx-kube/cluster';

/** How far a target's content is: being made or delivered, delivered, or failed until the next edit mends it. */
export type UpdateState = 'pending' | 'in_progress' | 'ok' | 'error';

/** How long each step of an edit took, in ms; steps that did not happen are absent. */
export interface Timings {
  /** From the first file event to the start of the build. */
  watch?: number;
  build?: number;
  compare?: number;
  /** Packing, sending and checking the binary, or applying manifests. */
  sync?: number;
  /** From the old process told to stop to the new one started. */
  restart?: number;
  /** From the start of the new process to its readiness. */
  ready?: number;
  /** From the first file event to the end of the last step. */
  total: number;
}

/** What one target did with one edit. */
export interface Entry {
  target: string;
  /**
   * `delivered`: the cluster has the new content. `unchanged`: the content is what it already had; nothing was sent.
   * `failed`: it could not be made or delivered. `crashed`: delivered, and the new process died at once.
   * `superseded`: a newer edit came first.
   */
  outcome: 'delivered' | 'unchanged' | 'failed' | 'crashed' | 'superseded';
  timings: Timings;
  /** Bytes sent to all pods, or undefined where nothing was to be sent. */
  bytes?: number;
  /** Pods that have the new content. */
  pods?: number;
  changes?: Change[];
  message?: string;
}

/** How an object uses a Secret. */
export type SecretUse = 'env' | 'envFrom' | 'volume' | 'imagePullSecrets' | 'secrets';

/** What uses a Secret that has changed. */
export interface Dependent {
  /** `Kind/namespace/name` of the Secret. */
  secret: string;
  /** `Kind/namespace/name` of what uses it. */
  subject: string;
  uses: SecretUse[];
}

export interface Dependents {
  dependents: Dependent[];
  /** Kinds that the user of the context may not list. */
  unseen: string[];
}

/** Everything the loop has to say; the terminal, the JSON log and the dashboard are readers of this one stream. */
export type LoopEvent =
  | { type: 'start'; project: string; context: string; server: string; leaves: string }
  | { type: 'edit'; edit: number; files: string[]; targets: string[] }
  | { type: 'target'; target: string; state: UpdateState; message?: string }
  | { type: 'progress'; target: string; message: string }
  /** `edit` counts edits; 0 is the start, -1 a command. */
  | { type: 'ledger'; edit: number; files: string[]; entry: Entry }
  | { type: 'applied'; changes: Change[] }
  /**
   * A target made Secrets: what became of each, by names of keys and without values, and what uses those that changed.
   */
  | ({ type: 'secrets'; target: string; changes: Change[] } & Dependents)
  /**
   * A developer's settings changed: the options that differ; the loop begins anew where it cannot take them over as it
   * is.
   */
  | { type: 'settings'; options: string[]; anew: boolean }
  | { type: 'pod'; pod: string; state: 'connected' | 'current' | 'lost' | 'gone'; digest?: string; message?: string }
  | {
      type: 'process';
      pod: string;
      state: 'started' | 'exited' | 'ready';
      message?: string;
      lastLines?: string[];
      pid?: number;
    }
  /**
   * `leads`: the process in the pod leads, `ms` after its start; `former` says how the tenure before it, if there was
   * one, ended: given back, by its expiry, or by the loop. `waiting`: it cannot lead yet, for a process that is gone
   * did not give the Lease back; `message` says why the loop could not end that, where it was to.
   */
  | {
      type: 'lease';
      state: 'leads';
      lease: string;
      pod: string;
      ms: number;
      former?: 'given-back' | 'expired' | 'released';
    }
  | { type: 'lease'; state: 'waiting'; lease: string; pod: string; message?: string }
  | { type: 'log'; pod: string; container: string; line: string }
  /** `ok`: connections to `address` reach a pod. */
  | { type: 'forward'; name: string; address: string; state: 'ok' | 'failing'; message?: string }
  /**
   * The workload can be held at breakpoints, by these changes; or is as it was before again, unless `message` says why
   * not.
   */
  | { type: 'debug'; state: 'on' | 'off'; changes?: string[]; message?: string }
  | { type: 'command'; verb: 'pause' | 'resume' | 'trigger'; targets: string[] }
  | { type: 'healthy' }
  | { type: 'unhealthy'; message: string }
  | { type: 'cluster'; state: 'unreachable' | 'reachable'; message?: string }
  | { type: 'stop'; reason: string };

export type Emit = (event: LoopEvent) => void;
