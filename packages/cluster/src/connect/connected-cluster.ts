import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { orAborted } from '../abort/or-aborted.js';
import { ApiError, isNotFound } from '../api/api-error.js';
import type { ApiRequest, Cluster, Query } from '../api/cluster.js';
import { Discovery } from '../api/discovery.js';
import { isCertificateProblem } from '../api/status-error.js';
import { NxKubeError } from '../errors.js';
import { failureIsABug, inBackground } from '../in-background.js';
import { groupOf } from '../object/kube-object.js';
import { credentialSource, type Credentials, type CredentialSource } from './credentials.js';
import type { KubeconfigContext } from './kubeconfig.js';
import { openTransport, type Transport } from './transport.js';

/** State derived from the kubeconfig. Replaced as a whole when credentials rotate. */
interface Session {
  context: KubeconfigContext;
  source: CredentialSource;
  credentials?: { value: Promise<Credentials>; until: number };
}

/** Cluster that makes connections and credentials on first use, and again after the server refuses them. */
export class ConnectedCluster implements Cluster {
  readonly context: string;
  readonly namespace: string;
  #session: Session;
  #transport?: Transport;
  /** The current transport, and earlier ones that still have open streams. */
  readonly #transports = new Set<Transport>();
  #renewal?: Promise<boolean>;
  #closed = false;
  #epoch = 0;
  #discovery = this.#newDiscovery();

  /** @param reload reads the context from the kubeconfig again; rejects if it may not be used any more */
  constructor(
    context: KubeconfigContext,
    private readonly reload: () => Promise<KubeconfigContext>,
  ) {
    this.context = context.name;
    this.namespace = context.namespace;
    this.#session = { context, source: credentialSource(context) };
  }

  get server(): string {
    return this.#session.context.cluster.server;
  }

  get epoch(): number {
    return this.#epoch;
  }

  async request<T = unknown>(call: ApiRequest): Promise<T> {
    try {
      const send = (transport: Transport, headers: Credentials['headers']) => transport.request(call, headers);
      const answer = (await this.#send(send, isIdempotent(call), call.signal)) as T;
      const group = definedGroup(call);
      if (group !== undefined) this.#discovery.forget(group);
      return answer;
    } catch (error) {
      // An apply creates what is missing. A 404 thus means that the path is wrong: the kind may be served elsewhere
      // now.
      if (isNotFound(error) && isApply(call) && call.subject) this.#discovery.forget(groupOf(call.subject.apiVersion));
      throw error;
    }
  }

  discover(apiVersion: string, kind: string, signal?: AbortSignal) {
    return orAborted(this.#discovery.find(apiVersion, kind), signal);
  }

  stream(
    path: string,
    query?: Query,
    options: { signal?: AbortSignal; idleTimeoutMs?: number } = {},
  ): Promise<Readable> {
    return this.#send(
      (transport, headers) => transport.stream({ path, query, ...options }, headers),
      true,
      options.signal,
    );
  }

  socket(path: string, query: Query, options: Parameters<Cluster['socket']>[2]): Promise<WebSocket> {
    return this.#send(
      (transport, headers) => transport.socket({ path, query, ...options }, headers),
      false,
      options.signal,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#transports].map((transport) => transport.close()));
  }

  /**
   * Sends once, and a second time where that helps: over a new connection if a kept-alive one was dead (idempotent
   * requests only), or with new credentials if kubeconfig or its credential plugin has them.
   */
  async #send<T>(
    action: (transport: Transport, headers: Credentials['headers']) => Promise<T>,
    idempotent: boolean,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const attempt = async () => {
      const credentials = await orAborted(this.#credentials(), signal);
      return action(this.#transportFor(credentials), credentials.headers);
    };
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ApiError) || this.#closed) throw error;
      const staleConnection = idempotent && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(error.reason);
      const again =
        staleConnection ||
        (mayNeedNewCredentials(error) && (await orAborted(this.#renew(error.status === 401), signal)));
      if (!again) throw error;
      return await attempt();
    }
  }

  #credentials(): Promise<Credentials> {
    if (this.#closed) {
      throw new NxKubeError('bug', `The connection to ${this.context} has been closed.`);
    }
    const session = this.#session;
    if (session.credentials && Date.now() < session.credentials.until) return session.credentials.value;
    const value = session.source.resolve();
    session.credentials = { value, until: Date.now() + session.source.reusableMs };
    value.catch(() => (session.credentials = undefined));
    return value;
  }

  #transportFor(credentials: Credentials): Transport {
    if (this.#transport?.connectionKey !== credentials.connectionKey) {
      const former = this.#transport;
      if (former)
        inBackground(
          former.retire().then(() => this.#transports.delete(former)),
          failureIsABug,
        );
      this.#transport = openTransport(credentials);
      this.#transports.add(this.#transport);
    }
    return this.#transport;
  }

  /**
   * Reads the kubeconfig again, once for all requests that fail meanwhile. Checks the context again, too: it may point
   * elsewhere now.
   *
   * @returns whether a retry is useful
   */
  #renew(refused: boolean): Promise<boolean> {
    this.#renewal ??= this.#reloadSession(refused).finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  async #reloadSession(refused: boolean): Promise<boolean> {
    const before = this.#session;
    // If the kubeconfig is missing for now, or refused, the first failure is the one to report.
    const context = await this.reload().catch(() => undefined);
    if (!context) return false;
    const dynamic = Number.isFinite(before.source.reusableMs);
    const changed = JSON.stringify(context) !== JSON.stringify(before.context);
    if (!changed && !(refused && dynamic)) return false;
    this.#session = { context, source: credentialSource(context) };
    if (changed) {
      this.#epoch += 1;
      this.#discovery = this.#newDiscovery();
    }
    return true;
  }

  #newDiscovery(): Discovery {
    return new Discovery((path) => this.request({ method: 'GET', path }));
  }
}

function isIdempotent(call: ApiRequest): boolean {
  return call.method === 'GET' || isApply(call);
}

function isApply({ method, contentType }: ApiRequest): boolean {
  return method === 'PATCH' && contentType === 'application/apply-patch+yaml';
}

/** API group of the CustomResourceDefinition that a request changes, if any. The name of a CRD is `plural.group`. */
function definedGroup({ method, subject }: ApiRequest): string | undefined {
  if (method === 'GET' || subject?.kind !== 'CustomResourceDefinition') return undefined;
  return subject.name.slice(subject.name.indexOf('.') + 1);
}

function mayNeedNewCredentials(error: ApiError): boolean {
  return error.status === 401 || isCertificateProblem(error) || error.reason === 'ECONNREFUSED';
}
