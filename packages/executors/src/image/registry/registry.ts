import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { bearerToken, parseChallenge } from './bearer-token.js';
import { credentialsFor } from './credentials.js';
import { isLoopback, type Repository } from './registry-address.js';
import { isTransient, refused, unreachable } from './registry-error.js';

export interface RegistryRequest {
  method: 'HEAD' | 'GET' | 'POST' | 'PUT';
  /** Path below the API's address, or a URL that the registry gave. */
  url: string | URL;
  headers?: Record<string, string>;
  /** Called for each attempt, for a stream can be sent only once. */
  body?: () => Readable | Buffer;
  /** Statuses that are an answer; any other one is thrown. */
  expect: number[];
}

export interface RegistryAnswer {
  status: number;
  header(name: string): string | undefined;
}

/** How long one request goes on being tried, in ms, counted from its first failure. */
const patienceMs = 20_000;

/**
 * One repository of a registry, spoken to by the distribution API: https://github.com/opencontainers/distribution-spec
 * It logs in when the registry asks for it, with the credentials that Docker has.
 */
export class Registry {
  readonly #dispatcher: Dispatcher;
  /** Value of the Authorization header; set when the registry has asked for it. */
  #authorization?: string;

  constructor(
    readonly repository: Repository,
    private readonly options: { signal?: AbortSignal; onRetry?: (error: Error, pauseMs: number) => void } = {},
  ) {
    const limits = { connect: { timeout: 10_000 } };
    // A proxy would look for `localhost` on its own machine.
    this.#dispatcher = isLoopback(repository.host) ? new Agent(limits) : new EnvHttpProxyAgent(limits);
  }

  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }

  /** @throws RegistryError, NxKubeError (of the credentials), the signal's reason */
  async send(wanted: RegistryRequest): Promise<RegistryAnswer> {
    return this.retrying(() => this.attempt(wanted));
  }

  /** Runs what can be repeated as a whole until it does not fail by something that passes. */
  async retrying<T>(action: () => Promise<T>): Promise<T> {
    const { signal, onRetry } = this.options;
    let deadline: number | undefined;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        signal?.throwIfAborted();
        deadline ??= performance.now() + patienceMs;
        // With jitter, so that clients that failed together do not come back together.
        const pauseMs = Math.min(5_000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2);
        if (!isTransient(error) || performance.now() + pauseMs > deadline) throw error;
        onRetry?.(error as Error, pauseMs);
        await pause(pauseMs, undefined, { signal });
      }
    }
  }

  /** One attempt, or two where the registry asks for credentials: also when a token has run out meanwhile. */
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
    // A registry may have blobs sent to a store of its own, which is not to see its credentials.
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
