import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { NxKubeError } from '@nx-kube/cluster';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { isLoopback } from '../image/registry/registry-address.js';
import { writeIfChanged } from '../kustomize/write-if-changed.js';

/** A URL whose content is known by its hash. */
export interface PinnedUrl {
  /** URL with https, or with http on this machine's loopback. */
  url: string;
  /** SHA-256 of the content, in hex. */
  sha256: string;
}

/** Time-out (ms) of one download. */
const timeoutMs = 60_000;

/**
 * Downloads the text of a pinned URL, or reads it from the folder of earlier downloads: content with a known hash never
 * changes.
 *
 * @param options.directory folder for downloads; it may be deleted at any time
 * @throws NxKubeError (configuration) for a malformed URL or hash, a failed download, or another hash
 */
export async function download(
  { url, sha256 }: PinnedUrl,
  { directory, signal }: { directory: string; signal?: AbortSignal },
): Promise<string> {
  const wanted = sha256.toLowerCase().replace(/^sha256:/, '');
  requireUsable(url, wanted);
  const path = join(directory, wanted);
  const kept = await readFile(path).catch(() => undefined);
  if (kept && hashOf(kept) === wanted) return kept.toString();

  const content = await get(url, signal);
  const actual = hashOf(content);
  if (actual !== wanted) {
    throw new NxKubeError('configuration', `${url} has the sha256 ${actual}, not ${wanted}.`, {
      next: 'Check the new content; if it is what you want, set "sha256" to its hash.',
    });
  }
  await writeIfChanged(path, content.toString());
  return content.toString();
}

function requireUsable(url: string, sha256: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.host)))) {
    throw new NxKubeError('configuration', `"extraManifests": ${url} is not an https URL.`, {
      next: 'Use an https URL or a file.',
    });
  }
  if (/^[0-9a-f]{64}$/.test(sha256)) return;
  throw new NxKubeError(
    'configuration',
    `"extraManifests": the "sha256" of ${url} is not a SHA-256 hash: "${sha256}".`,
    {
      next: 'Write 64 hexadecimal digits, as sha256sum prints them.',
    },
  );
}

async function get(url: string, outer?: AbortSignal): Promise<Buffer> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = outer ? AbortSignal.any([outer, timeout]) : timeout;
  const dispatcher = new EnvHttpProxyAgent();
  const failed = (problem: string, cause?: unknown) =>
    new NxKubeError('configuration', `${url} cannot be downloaded: ${problem.replace(/\.$/, '')}.`, {
      next: 'Check the URL and the network, or keep a copy in the workspace.',
      cause,
    });
  try {
    const answer = await fetch(url, { dispatcher, signal });
    if (!answer.ok) throw failed(`status ${answer.status}`);
    return Buffer.from(await answer.arrayBuffer());
  } catch (error) {
    outer?.throwIfAborted();
    if (error instanceof NxKubeError) throw error;
    const { cause, message } = error as Error;
    throw failed(cause instanceof Error && cause.message ? cause.message : message, error);
  } finally {
    // Not awaited: a server may keep a connection open for any time.
    inBackground(dispatcher.destroy(), failureIsABug);
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
