import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type NetConnectOpts } from 'node:net';
import type { Probe } from '../config/component.js';

/**
 * Time-out (ms) of one probe. Not `AbortSignal.any`: on Node 20 its signal can be garbage-collected while it is
 * awaited, and then never fires.
 */
const TIMEOUT = 3_000;

export interface Answer {
  status: number;
  body: string;
}

/** Whether the component is ready now. A failed check counts as not ready. */
export async function isReady(probe: Probe, pki: string, signal?: AbortSignal): Promise<boolean> {
  try {
    if (probe.kind === 'http') return (await get(probe, pki, signal)).status === 200;
    await connects(probe.kind === 'socket' ? { path: probe.path } : { host: probe.host, port: probe.port }, signal);
    return true;
  } catch {
    return false;
  }
}

/** Sends one GET request and verifies the server against the cluster's authority. */
export function get(
  { url, client, authority = 'ca' }: { url: string; client?: string; authority?: string },
  pki: string,
  signal?: AbortSignal,
): Promise<Answer> {
  const secure = url.startsWith('https:');
  const read = (file: string) => readFileSync(`${pki}/${file}`);
  const tls = secure
    ? { ca: read(`${authority}.crt`), ...(client ? { cert: read(`${client}.crt`), key: read(`${client}.key`) } : {}) }
    : {};
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(url, {
      ...tls,
      agent: false,
      signal,
      timeout: TIMEOUT,
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`The server did not answer in ${TIMEOUT} ms.`)));
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    request.end();
  });
}

function connects(to: NetConnectOpts, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...to, signal, timeout: TIMEOUT } as NetConnectOpts);
    socket.on('error', reject);
    socket.on('timeout', () => socket.destroy(new Error(`The connection took more than ${TIMEOUT} ms.`)));
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
