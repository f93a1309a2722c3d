import type { Change } from '@nx-kube/cluster';

/**
 * State of a target's content. `pending`: it waits for something. `in_progress`: it is made or delivered. `error`: it
 * failed, until a later run succeeds.
 */
export type UpdateState = 'pending' | 'in_progress' | 'ok' | 'error';

/** Duration (ms) of each step of an edit; a step that did not happen is absent. */
export interface Timings {
  /** From the first file event until the edit is complete. */
  watch?: number;
  /** For other targets, an earlier run, pods, or the readiness of a process that no probe reports. */
  wait?: number;
  build?: number;
  compare?: number;
  /** Packing, sending and checking the binary, or applying manifests. */
  sync?: number;
  /** From SIGTERM for the old process to the start of the new process. */
  restart?: number;
  /** From the start of the new process to its readiness. */
  ready?: number;
  /** From the first file event to the end of the last step: the sum of all steps. */
  total: number;
}

/** What one target did with one edit. */
export interface Entry {
  target: string;
  /**
   * `delivered`: the cluster has the new content. `unchanged`: the cluster had this content already; nothing was sent.
   * `failed`: the content could not be made or delivered. `crashed`: it was delivered, and the new process crashed.
   * `superseded`: a newer edit came first.
   */
  outcome: 'delivered' | 'unchanged' | 'failed' | 'crashed' | 'superseded';
  timings: Timings;
  /** Bytes sent to all pods; undefined where nothing had to be sent. */
  bytes?: number;
  /** Pods that have the new content. */
  pods?: number;
  changes?: Change[];
  message?: string;
}

/** How an object uses a Secret. */
export type SecretUse = 'env' | 'envFrom' | 'volume' | 'subPath' | 'imagePullSecrets' | 'secrets';

/** An object that uses a changed Secret. */
export interface Dependent {
  /** `Kind/namespace/name` of the Secret. */
  secret: string;
  /** `Kind/namespace/name` of the object that uses it. */
  subject: string;
  uses: SecretUse[];
}

export interface Dependents {
  dependents: Dependent[];
  /** Kinds that the user of the context may not list. */
  unseen: string[];
}

/**
 * The events of the loop. They report and make nothing run. The terminal, the JSON log and `status` read this one
 * stream.
 */
export type LoopEvent =
  | { type: 'start'; project: string; context: string; server: string; leaves: string }
  | { type: 'edit'; edit: number; files: string[]; targets: string[] }
  /** `waitsFor`, with `pending`: the targets, or whatever else, that have to come first. */
  | { type: 'target'; target: string; state: UpdateState; message?: string; waitsFor?: string }
  | { type: 'progress'; target: string; message: string }
  /** Something that a user should know about a target. It is reported once. */
  | { type: 'notice'; target: string; message: string }
  /**
   * `edit` is the number of the edit; 0 is the start, -1 a command. `retry`: nothing was edited since the failure
   * before it; the loop tried again.
   */
  | { type: 'ledger'; edit: number; files: string[]; entry: Entry; retry?: true }
  | { type: 'applied'; changes: Change[]; forceWith?: string }
  /** A target applied Secrets. `changes` names keys, without values; `dependents` use the Secrets that changed. */
  | ({ type: 'secrets'; target: string; changes: Change[] } & Dependents)
  /** A developer's settings changed. `options`: those that differ. `anew`: another loop takes the place of this one. */
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
   * `leads`: the process in the pod leads, `ms` after its start. `former`: how the tenure before it ended, if there was
   * one. `waiting`: the process cannot lead yet, for a process that is gone still holds the Lease. `message`: why the
   * loop could not release it.
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
  /** `ok`: connections to `address` reach a pod. `waits`: its pods are just starting or being replaced. */
  | { type: 'forward'; name: string; address: string; state: 'ok' | 'failing'; message?: string; waits?: true }
  /** `on`: these changes let breakpoints hold the workload. `off`: they are undone, unless `message` says why not. */
  | { type: 'debug'; state: 'on' | 'off'; changes?: string[]; message?: string }
  | { type: 'command'; verb: 'pause' | 'resume' | 'trigger'; targets: string[] }
  | { type: 'healthy' }
  /** Something that was applied is not ready yet, and may still get ready. `message`: what it waits for. */
  | { type: 'waiting'; message: string }
  | { type: 'unhealthy'; message: string }
  | { type: 'cluster'; state: 'unreachable' | 'reachable'; message?: string }
  | { type: 'stop'; reason: string };

export type Emit = (event: LoopEvent) => void;
