import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { bearerToken, parseChallenge } from './bearer-token.js';
import { credentialsFor } from './credentials.js';
import { isLoopback, type Repository } from './registry-address.js';
import { isTransient, refused, unreachable } from './registry-error.js';

export interface RegistryRequest {
  method: 'HEAD' | 'GET' | 'POST' | 'PUT';
  /** Path below the API's address, or a URL from the registry. */
  url: string | URL;
  headers?: Record<string, string>;
  /** Called for each attempt, as a stream can be sent only once. */
  body?: () => Readable | Buffer;
  /** Expected HTTP statuses. Any other status is thrown as a RegistryError. */
  expect: number[];
}

export interface RegistryAnswer {
  status: number;
  header(name: string): string | undefined;
}

/** Time (ms) during which one request is repeated, counted from its first failure. */
const retryForMs = 20_000;

/**
 * A client for one repository, by the distribution API: https://github.com/opencontainers/distribution-spec
 * When the registry asks for it, the client logs in with Docker's credentials.
 */
export class Registry {
  readonly #dispatcher: Dispatcher;
  /** Value of the Authorization header. Set after the first login. */
  #authorization?: string;

  constructor(
    readonly repository: Repository,
    private readonly options: { signal?: AbortSignal; onRetry?: (error: Error, pauseMs: number) => void } = {},
  ) {
    const limits = { connect: { timeout: 10_000 } };
    // A proxy would resolve `localhost` to its own machine.
    this.#dispatcher = isLoopback(repository.host) ? new Agent(limits) : new EnvHttpProxyAgent(limits);
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  /**
   * Sends a request, and repeats it after transient failures. @throws RegistryError, NxKubeError (credentials), the
   * signal's reason
   */
  async send(wanted: RegistryRequest): Promise<RegistryAnswer> {
    return this.retrying(() => this.attempt(wanted));
  }

  /** Runs an action, and repeats the whole action after transient failures, for up to 20 s. */
  async retrying<T>(action: () => Promise<T>): Promise<T> {
    const { signal, onRetry } = this.options;
    let deadline: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        signal?.throwIfAborted();
        deadline ??= performance.now() + retryForMs;
        // Jitter keeps clients that failed together from repeating together.
        const pauseMs = Math.min(5_000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2);
        if (!isTransient(error) || performance.now() + pauseMs > deadline) throw error;
        onRetry?.(error as Error, pauseMs);
        await pause(pauseMs, undefined, { signal });
      }
    }
  }

  /** Sends a request once, or again after a login when the registry asks for credentials or a token has expired. */
  async attempt(wanted: RegistryRequest): Promise<RegistryAnswer> {
    const used = this.#authorization;
    const first = await this.#once(wanted);
    if (first.status !== 401 || wanted.expect.includes(401)) return this.#check(wanted, first);
    const authorization = await this.#logIn(first.header('www-authenticate'));
    if (!authorization || authorization === used) return this.#check(wanted, first);
    this.#authorization = authorization;
    return this.#check(wanted, await this.#once(wanted));
  }

  #check(wanted: RegistryRequest, answer: RegistryAnswer & { body: string }): RegistryAnswer {
    const { host, path } = this.repository;
    if (!wanted.expect.includes(answer.status)) throw refused(host, path, answer.status, answer.body);
    return answer;
  }

  async #once({ method, url, headers, body }: RegistryRequest): Promise<RegistryAnswer & { body: string }> {
    const { api, host } = this.repository;
    const target = new URL(url, api);
    // The registry may redirect blobs to another store, which must not see the credentials.
    const authorization = target.origin === new URL(api).origin ? this.#authorization : undefined;
    try {
      const answer = await request(target, {
        method,
        headers: { ...headers, ...(authorization ? { authorization } : {}) },
        body: body?.(),
        dispatcher: this.#dispatcher,
        signal: this.options.signal,
      });
      return {
        status: answer.statusCode,
        header: (name) => [answer.headers[name]].flat()[0],
        body: await answer.body.text(),
      };
    } catch (error) {
      this.options.signal?.throwIfAborted();
      throw unreachable(host, error);
    }
  }

  async #logIn(challenge: string | undefined): Promise<string | undefined> {
    const { host, path } = this.repository;
    const { signal } = this.options;
    const asked = parseChallenge(challenge ?? '');
    const credentials = await credentialsFor(host, signal);
    if (asked?.scheme === 'bearer') {
      const scope = `repository:${path}:pull,push`;
      const token = await bearerToken(asked, { scope, credentials, host, dispatcher: this.#dispatcher, signal });
      return `Bearer ${token}`;
    }
    if (asked?.scheme !== 'basic' || !credentials || !('password' in credentials)) return undefined;
    const { username, password } = credentials;
    return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }
}
