import { isIP } from 'node:net';
import { NxKubeError } from '@nx-kube/cluster';

/** A repository of images at a registry. */
export interface Repository {
  /** `host[:port]`, as in references and Docker's configuration. */
  host: string;
  /** Path of the repository at the registry: `team/app`. */
  path: string;
  /** URL of the registry's API, without a trailing slash. */
  api: string;
  /** `host/path`: a reference without a tag. */
  name: string;
}

const namePart = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;

/**
 * The repository of an image at a registry. Registries on this machine are reached over plain HTTP, others over HTTPS,
 * unless the address begins with a scheme or `insecure` is set. Pure.
 *
 * @param registry `[http[s]://]host[:port][/path]`
 * @throws NxKubeError (configuration) when the address or the name is malformed
 */
export function repositoryAt(registry: string, name: string, insecure = false): Repository {
  const [, scheme, host = '', prefix] = /^(?:(https?):\/\/)?([^/]*)(?:\/(.*?))?\/?$/.exec(registry) ?? [];
  if (!/^(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d+)?$/i.test(host)) {
    throw new NxKubeError('configuration', `"registry": "${registry}" is not the address of a registry.`, {
      next: 'Write it as host[:port][/path], such as localhost:5001 or ghcr.io/team.',
    });
  }
  const path = prefix ? `${prefix}/${name}` : name;
  requireName(path);
  const plain = scheme ? scheme === 'http' : insecure || isLoopback(host);
  // The API of Docker Hub has another host than the names of its images.
  const apiHost = host === 'docker.io' ? 'registry-1.docker.io' : host;
  return { host, path, api: `${plain ? 'http' : 'https'}://${apiHost}`, name: `${host}/${path}` };
}

/** Checks the name of an image. @throws NxKubeError (configuration) when registries do not accept it */
export function requireName(name: string): void {
  if (name.length <= 255 && name.split('/').every((part) => namePart.test(part))) return;
  throw new NxKubeError('configuration', `"${name}" is not a valid image name.`, {
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
