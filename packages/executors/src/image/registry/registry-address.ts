import { isIP } from 'node:net';
import { NxKubeError } from '@nx-kube/cluster';

/** Where an image is kept. */
export interface Repository {
  /** `host[:port]`, as in references and in Docker's configuration. */
  host: string;
  /** Path of the repository at the registry: `team/app`. */
  path: string;
  /** URL of the registry's API, without a slash at its end. */
  api: string;
  /** `host/path`: a reference without tag. */
  name: string;
}

const namePart = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/**
 * The repository of an image at a registry. Registries on this machine are spoken to in plain HTTP, others in HTTPS, unless
 * the address begins with `http://` or `insecure` is set. Pure.
 *
 * @param registry `[http[s]://]host[:port][/path]`
 * @throws NxKubeError (configuration)
 */
export function repositoryAt(registry: string, name: string, insecure = false): Repository {
  const [, scheme, host = '', prefix] = /^(?:(https?):\/\/)?([^/]*)(?:\/(.*?))?\/?$/.exec(registry) ?? [];
  if (!/^(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d+)?$/i.test(host)) {
    throw new NxKubeError('configuration', `"registry": "${registry}" is not the address of a registry`, {
      next: 'Write it as host[:port][/path], such as localhost:5001 or ghcr.io/team.',
    });
  }
  const path = prefix ? `${prefix}/${name}` : name;
  requireName(path);
  const plain = scheme ? scheme === 'http' : insecure || isLoopback(host);
  // Docker Hub's API is at another host than its images are named after.
  const apiHost = host === 'docker.io' ? 'registry-1.docker.io' : host;
  return { host, path, api: `${plain ? 'http' : 'https'}://${apiHost}`, name: `${host}/${path}` };
}

/** @throws NxKubeError (configuration) where no registry would take the name */
export function requireName(name: string): void {
  if (name.length <= 255 && name.split('/').every((part) => namePart.test(part))) return;
  throw new NxKubeError('configuration', `"${name}" cannot be the name of an image`, {
    next: 'Use lower-case letters, digits, and single dots, dashes or underscores between them.',
  });
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}
