import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Ref } from '../object/kube-object.js';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path on the API server, already percent-encoded: `/api/v1/namespaces/default/pods`. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Default: `application/json`. */
  contentType?: string;
  /** How messages name the object, if the request is about one. */
  subject?: Ref;
  /** Until the answer begins, and between its parts. Default: 60,000 ms. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** How the API server serves a kind. */
export interface ResourceType {
  /** The plural in paths: `deployments`. */
  resource: string;
  namespaced: boolean;
  /** What can be done with it: `list`, `watch`, `patch`, `delete`, … */
  verbs: readonly string[];
}

/** A connection to one API server, under the identity of one kubeconfig context. Connections are kept alive and shared. */
export interface Cluster {
  /** Name of the kubeconfig context. */
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** The context's namespace, or `default`. */
  readonly namespace: string;
  /**
   * Changes when kubeconfig was read anew and differed: the server behind it may be another one by then, so that resourceVersions of
   * before mean nothing. Absent: it never does.
   */
  readonly epoch?: number;

  /** One request, raw JSON both ways, no retry but on a stale keep-alive connection. @throws ApiError, or the reason of `signal` */
  request<T = unknown>(request: ApiRequest): Promise<T>;

  /**
   * How a kind is served; cached, and asked for again on a miss, since its CRD may just have been applied.
   * @throws ApiError (404, reason `UnknownKind`) when the server does not know the kind, or the reason of `signal`
   */
  discover(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ResourceType>;

  /** The body of a GET as it arrives (logs, watches). Destroying it, or aborting, ends the request without an uncaught error. */
  stream(
    path: string,
    query?: Query,
    options?: {
      /** How messages name the object. */
      subject?: Ref;
      signal?: AbortSignal;
      /** Fails the stream when nothing arrives for so long. Default: 0, never. */
      idleTimeoutMs?: number;
    },
  ): Promise<Readable>;

  /**
   * An open WebSocket (exec, port-forward), paused: call `resume()` once its listeners are attached. Aborting terminates it.
   * @throws ApiError when the server refuses the upgrade
   */
  socket(
    path: string,
    query: Query,
    options: { protocols: string[]; subject?: Ref; signal?: AbortSignal },
  ): Promise<WebSocket>;

  /** Ends all connections. Requests under way fail. */
  close(): Promise<void>;
}
