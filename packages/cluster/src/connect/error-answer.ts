import type { Dispatcher } from 'undici';
import type { ApiRequest } from '../api/cluster.js';
import { apiErrorOf } from '../api/status-error.js';

/** Bytes of an error's body that are read. */
const longestErrorBody = 64 * 1024;

export async function errorOf(answer: Dispatcher.ResponseData, call: ApiRequest): Promise<Error> {
  const body = await readBeginning(answer.body).catch(() => '');
  const retryAfter = answer.headers['retry-after'];
  return apiErrorOf({ status: answer.statusCode, body, retryAfter: retryAfter?.toString() }, call);
}

export async function readBeginning(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestErrorBody) break;
  }
  return Buffer.concat(chunks).toString('utf8', 0, longestErrorBody);
}
