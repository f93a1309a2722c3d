import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Ref } from '../object/kube-object.js';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path on the API server, percent-encoded: `/api/v1/namespaces/default/pods`. */
  path: string;
  query?: Query;
  /** Request body, sent as JSON. */
  body?: unknown;
  /** Default: `application/json`. */
  contentType?: string;
  /** Object that messages name, if the request concerns one. */
  subject?: Ref;
  /** Time-out (ms) until the answer begins, and between its parts. Default: 60,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** How the API server serves a kind. */
export interface ResourceType {
  /** Plural in paths: `deployments`. */
  resource: string;
  namespaced: boolean;
  /** Operations that the server supports: `list`, `watch`, `patch`, `delete`, … */
  verbs: readonly string[];
}

/**
 * Connection to one API server with the identity of one kubeconfig context. Keeps TCP connections alive and shares
 * them.
 */
export interface Cluster {
  /** Name of the kubeconfig context. */
  readonly context: string;
  /** URL of the API server. */
  readonly server: string;
  /** Namespace of the context, or `default`. */
  readonly namespace: string;
  /**
   * Changes when the kubeconfig was read again and differed. The context may then point to another server, and earlier
   * resourceVersions are void. Absent if it never changes.
   */
  readonly epoch?: number;

  /**
   * Sends one request, JSON in both directions. Repeats it only when a kept-alive connection turned out to be stale.
   *
   * @throws ApiError, or the reason of `signal`
   */
  request<T = unknown>(request: ApiRequest): Promise<T>;

  /**
   * Finds how the server serves a kind. Caches answers; a miss asks again, because its CRD may have just been applied.
   *
   * @throws ApiError (404, reason `UnknownKind`) when the server does not know the kind, or the reason of `signal`
   */
  discover(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ResourceType>;

  /**
   * Streams the body of a GET (logs, watches). Destroying the stream or aborting ends the request without an uncaught
   * error.
   */
  stream(
    path: string,
    query?: Query,
    options?: {
      /** Object that messages name. */
      subject?: Ref;
      signal?: AbortSignal;
      /** Time-out (ms) between two chunks, after which the stream fails. Default: 0, none. */
      idleTimeoutMs?: number;
    },
  ): Promise<Readable>;

  /**
   * Opens a WebSocket (exec, port-forward). The socket is paused: call `resume()` after attaching listeners. Aborting
   * terminates it.
   *
   * @throws ApiError when the server refuses the upgrade
   */
  socket(
    path: string,
    query: Query,
    options: { protocols: string[]; subject?: Ref; signal?: AbortSignal },
  ): Promise<WebSocket>;

  /** Closes all connections. Running requests fail. */
  close(): Promise<void>;
}
