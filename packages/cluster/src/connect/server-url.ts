import type { Query } from '../api/cluster.js';

/** Time-out (ms) for a connection to the server. */
export const connectTimeoutMs = 10_000;

/** Builds the URL of a request. The server's URL may have its own path, as behind a proxy. */
export function urlOf(server: string, path: string, query: Query = {}): URL {
  const url = new URL(server.replace(/\/+$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      if (one !== undefined) url.searchParams.append(name, String(one));
    }
  }
  return url;
}
