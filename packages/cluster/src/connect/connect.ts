import { networkInterfaces } from 'node:os';
import type { Cluster } from '../api/cluster.js';
import { NxKubeError } from '../errors.js';
import { kubeconfigPaths, loadContext, type KubeconfigContext } from './kubeconfig.js';
import { localityOf } from './locality.js';

export interface ConnectOptions {
  /** Name of the kubeconfig context. Default: the current context. */
  context?: string;
  /** Default: `$KUBECONFIG` (a list of paths is merged), else `~/.kube/config`. */
  kubeconfigPath?: string;
  /** Names of contexts that are allowed although they are not local; `*` and `?` are wildcards. Default: none. */
  allowContexts?: readonly string[];
}

/**
 * Reads the kubeconfig and returns a connection, which opens with its first request. Refuses a context that is neither
 * local nor allowed.
 *
 * @throws NxKubeError ('configuration') without a usable kubeconfig, for an unknown context, and for a refused context
 */
export async function connect(options: ConnectOptions = {}): Promise<Cluster> {
  const context = await loadAllowedContext(options);
  // Loads the HTTP and WebSocket libraries only when needed.
  const { ConnectedCluster } = await import('./connected-cluster.js');
  return new ConnectedCluster(context, () => loadAllowedContext({ ...options, context: context.name }));
}

async function loadAllowedContext(options: ConnectOptions): Promise<KubeconfigContext> {
  const context = await loadContext(kubeconfigPaths(options.kubeconfigPath), options.context);
  requireAllowed(context, options.allowContexts ?? []);
  if (context.cluster.proxyUrl) {
    throw new NxKubeError(
      'configuration',
      `Context ${JSON.stringify(context.name)} has a proxy-url, which is not supported.`,
      {
        next: 'Reach the cluster without a proxy, or forward a port to it.',
      },
    );
  }
  return context;
}

function requireAllowed({ name, cluster }: KubeconfigContext, allowed: readonly string[]): void {
  if (allowed.some((pattern) => globToRegExp(pattern).test(name))) return;
  const locality = localityOf({
    context: name,
    server: cluster.server,
    tlsServerName: cluster.tlsServerName,
    skipTlsVerify: cluster.skipTLSVerify,
    interfaces: networkInterfaces(),
  });
  if (locality.local) return;
  throw new NxKubeError(
    'configuration',
    `Context ${JSON.stringify(name)} is not a local cluster: ${locality.reason}. Nothing was sent to it.`,
    { next: `Choose a local context, or add ${JSON.stringify(name)} to allowContexts.` },
  );
}

function globToRegExp(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`);
}
