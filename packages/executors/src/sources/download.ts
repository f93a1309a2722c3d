import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failureIsABug, inBackground } from '@nx-kube/cluster';
import { NxKubeError } from '@nx-kube/cluster';
import { EnvHttpProxyAgent, fetch } from 'undici';
import { isLoopback } from '../image/registry/registry-address.js';
import { writeIfChanged } from '../kustomize/write-if-changed.js';

/** Content on the web that is known beforehand. */
export interface PinnedUrl {
  /** https, or http on this machine's loopback. */
  url: string;
  /** Of what it serves, in hexadecimal digits. */
  sha256: string;
}

/** How long one download may take, in ms. */
const patienceMs = 60_000;

/**
 * The text behind a pinned URL: from the folder if it was downloaded before, for the content of a hash never changes.
 *
 * @param options.directory folder for downloads; may be deleted at any time
 * @throws NxKubeError (configuration) for a URL or hash that is none, a server that does not serve it, or content of another hash
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
    throw new NxKubeError('configuration', `${url} has the sha256 ${actual}, not ${wanted}`, {
      next: 'Look at what it serves now; if that is what you want, write its sha256 into the option.',
    });
  }
  await writeIfChanged(path, content.toString());
  return content.toString();
}

function requireUsable(url: string, sha256: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback(parsed.host)))) {
    throw new NxKubeError('configuration', `extraManifests: "${url}" is not an https URL`, {
      next: 'Use an https URL, or a file.',
    });
  }
  if (/^[0-9a-f]{64}$/.test(sha256)) return;
  throw new NxKubeError('configuration', `extraManifests: the sha256 of ${url} is not one: "${sha256}"`, {
    next: 'Write 64 hexadecimal digits, as sha256sum prints them.',
  });
}

async function get(url: string, outer?: AbortSignal): Promise<Buffer> {
  const patience = AbortSignal.timeout(patienceMs);
  const signal = outer ? AbortSignal.any([outer, patience]) : patience;
  const dispatcher = new EnvHttpProxyAgent();
  const failed = (problem: string, cause?: unknown) =>
    new NxKubeError('configuration', `${url} cannot be downloaded: ${problem}`, {
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
    // Without waiting: a server may keep a connection as long as it likes.
    inBackground(dispatcher.destroy(), failureIsABug);
  }
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
