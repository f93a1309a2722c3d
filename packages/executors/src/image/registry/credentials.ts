import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { requireCommand } from '../../process/find.js';
import { runCommand } from '../../process/run.js';

/** The credentials of `docker login` for a registry. */
export type Credentials = { username: string; password: string } | { identityToken: string };

interface DockerConfig {
  auths?: Record<string, { auth?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/**
 * Reads the credentials for a registry from Docker's configuration (`~/.docker/config.json`, or the folder in
 * DOCKER_CONFIG), or from the helper program that it names.
 *
 * @param host registry, `host[:port]`
 * @returns undefined when there are none
 * @throws NxKubeError (configuration) when the file or the helper fails; the message never quotes their content
 */
export async function credentialsFor(host: string, signal?: AbortSignal): Promise<Credentials | undefined> {
  const config = await readConfig(join(process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json'));
  const keys = host === 'docker.io' ? ['https://index.docker.io/v1/', host] : [host, `https://${host}`];
  for (const key of keys) {
    const helper = config.credHelpers?.[key] ?? config.credsStore;
    const found = helper ? await askHelper(helper, key, signal) : fromEntry(config.auths?.[key]);
    if (found) return found;
  }
  return undefined;
}

async function readConfig(path: string): Promise<DockerConfig> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    // Drop the parser's message, which quotes the file and so may hold a secret.
    throw new NxKubeError('configuration', `${path} is not valid JSON.`, { next: 'Fix it, or log in again.' });
  }
}

function fromEntry(entry: { auth?: string; identitytoken?: string } | undefined): Credentials | undefined {
  if (entry?.identitytoken) return { identityToken: entry.identitytoken };
  if (!entry?.auth) return undefined;
  const text = Buffer.from(entry.auth, 'base64').toString();
  const colon = text.indexOf(':');
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/**
 * Asks a helper: the registry goes to its standard input, JSON comes back
 * (https://github.com/docker/docker-credential-helpers).
 */
async function askHelper(helper: string, key: string, signal?: AbortSignal): Promise<Credentials | undefined> {
  const fail = (problem: string) =>
    new NxKubeError('configuration', `docker-credential-${helper}, named in Docker's configuration, ${problem}.`, {
      next: `Fix it, or remove it from Docker's configuration.`,
    });
  if (!/^[\w.-]+$/.test(helper)) throw fail('is not a valid program name');
  const program = await requireCommand(
    `docker-credential-${helper}`,
    `Install it, or remove ${helper} from credHelpers and credsStore in Docker's configuration.`,
  );
  const { exitCode, stdout } = await runCommand(program, ['get'], { input: key, signal });
  signal?.throwIfAborted();
  if (exitCode !== 0) {
    if (/credentials not found/i.test(stdout)) return undefined;
    throw fail(`failed with exit code ${exitCode}`);
  }
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username: string; Secret: string };
    return Username === '<token>' ? { identityToken: Secret } : { username: Username, password: Secret };
  } catch {
    throw fail('did not print JSON');
  }
}
