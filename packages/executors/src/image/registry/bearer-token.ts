import { request, type Dispatcher } from 'undici';
import type { Credentials } from './credentials.js';
import { RegistryError, refused, unreachable } from './registry-error.js';

/** The challenge of a registry, from its header `WWW-Authenticate`. */
export interface Challenge {
  /** Authentication scheme, in lower case. */
  scheme: string;
  parameters: Record<string, string>;
}

/** Parses a challenge such as `Bearer realm="https://…",service="…"`. Returns undefined for anything else. Pure. */
export function parseChallenge(header: string): Challenge | undefined {
  const [, scheme, rest = ''] = /^\s*(\w+)(?:\s+(.*))?$/s.exec(header) ?? [];
  if (!scheme) return undefined;
  const parameters = [...rest.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)].map(
    ([, name, quoted, bare]) => [name!.toLowerCase(), quoted ?? bare ?? ''] as const,
  );
  return { scheme: scheme.toLowerCase(), parameters: Object.fromEntries(parameters) };
}

/**
 * Gets a token for one repository from the token server that the registry names:
 * https://distribution.github.io/distribution/spec/auth/token/
 *
 * @param options.scope the access to ask for, such as `repository:team/app:pull,push`
 * @throws RegistryError when the server cannot be reached or refuses
 */
export async function bearerToken(
  { parameters: { realm = '', service = '' } }: Challenge,
  options: { scope: string; credentials?: Credentials; host: string; dispatcher: Dispatcher; signal?: AbortSignal },
): Promise<string> {
  const { scope, credentials, host, dispatcher, signal } = options;
  if (!URL.canParse(realm)) throw new RegistryError('cluster', `Registry ${host} names no token server.`, 401);
  const query = new URLSearchParams({ service, scope });
  const url = new URL(realm);
  const { hostname, protocol } = url;
  let status: number;
  let body: string;
  try {
    const refreshing = credentials && 'identityToken' in credentials;
    if (refreshing) {
      query.set('grant_type', 'refresh_token');
      query.set('client_id', 'nx-kube');
      query.set('refresh_token', credentials.identityToken);
    } else {
      for (const [name, value] of query) url.searchParams.set(name, value);
    }
    const basic = credentials && 'password' in credentials ? `${credentials.username}:${credentials.password}` : '';
    const answer = await request(url, {
      method: refreshing ? 'POST' : 'GET',
      headers: {
        ...(refreshing ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...(basic ? { authorization: `Basic ${Buffer.from(basic).toString('base64')}` } : {}),
      },
      body: refreshing ? query.toString() : undefined,
      dispatcher,
      signal,
    });
    status = answer.statusCode;
    body = await answer.body.text();
  } catch (error) {
    signal?.throwIfAborted();
    throw unreachable(`${hostname} (${protocol}), the token server of ${host},`, error);
  }
  if (status !== 200) throw refused(host, scope, status, body);
  const { token, access_token: accessToken } = JSON.parse(body) as { token?: string; access_token?: string };
  return token ?? accessToken ?? '';
}
