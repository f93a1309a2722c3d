import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Authenticator } from '@kubernetes/client-node/dist/auth.js';
import { ExecAuth } from '@kubernetes/client-node/dist/exec_auth.js';
import { NxKubeError } from '../errors.js';
import { withoutKlog } from '../klog.js';
import type { KubeconfigContext, UserEntry } from './kubeconfig.js';

/** Address and identity for a connection. Holds secrets: never print it. */
export interface Credentials {
  server: string;
  headers: Record<string, string | string[]>;
  tls: TlsOptions;
  /** Changes whenever `server` or `tls` change, so that earlier connections are not reused. */
  connectionKey: string;
}

export interface TlsOptions {
  ca?: Buffer;
  cert?: Buffer | string;
  key?: Buffer | string;
  servername?: string;
  rejectUnauthorized?: boolean;
}

/** Makes credentials of a context. Keeps its authenticator's cache; make a new source to drop a refused token. */
export interface CredentialSource {
  resolve(): Promise<Credentials>;
  /** Time (ms) for which an answer of `resolve` may be reused. */
  readonly reusableMs: number;
}

export function credentialSource(context: KubeconfigContext): CredentialSource {
  const authenticator = context.user && authenticatorOf(context.user, context);
  return {
    // Authenticators cache tokens until they expire, so frequent calls are cheap. Exception: a credential plugin that
    // states no expiry runs at each call.
    reusableMs: authenticator || context.user?.tokenFile ? 60_000 : Infinity,
    resolve: () => resolveCredentials(context, authenticator),
  };
}

async function resolveCredentials(
  { cluster, user }: KubeconfigContext,
  authenticator: Promise<AuthenticatorOf> | undefined,
): Promise<Credentials> {
  const tls: TlsOptions = {
    ca: await fileOrBase64(cluster.caFile, cluster.caData, 'certificate-authority'),
    cert: await fileOrBase64(user?.certFile, user?.certData, 'client-certificate'),
    key: await fileOrBase64(user?.keyFile, user?.keyData, 'client-key'),
    servername: cluster.tlsServerName,
    rejectUnauthorized: cluster.skipTLSVerify ? false : undefined,
  };
  const headers: Credentials['headers'] = {};
  if (user) {
    const token = user.tokenFile ? await readCredentialFile(user.tokenFile, 'tokenFile') : user.token;
    if (token) headers.authorization = `Bearer ${token.toString().trim()}`;
    else if (user.username) headers.authorization = basic(user.username, user.password);
    else if (authenticator) await authenticate(authenticator, headers, tls);
    if (user.impersonateUser) headers['impersonate-user'] = user.impersonateUser;
    if (user.impersonateGroups?.length) headers['impersonate-group'] = [...user.impersonateGroups];
  }
  const connectionKey = createHash('sha256')
    .update(JSON.stringify([cluster.server, tls.servername, tls.rejectUnauthorized]))
    .update([tls.ca, tls.cert, tls.key].map((part) => `${part?.length ?? '-'}:${part?.toString() ?? ''}`).join('\n'))
    .digest('base64url');
  return { server: cluster.server, headers, tls, connectionKey };
}

function basic(username: string, password = ''): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

interface AuthenticatorOf {
  authenticator: Authenticator;
  user: UserEntry;
  /** Name, for messages. */
  name: string;
  /** Expected output, for messages. */
  output: string;
}

async function authenticate(
  pending: Promise<AuthenticatorOf>,
  headers: Credentials['headers'],
  tls: TlsOptions,
): Promise<void> {
  const { authenticator, user, name, output } = await pending;
  const options: { headers: Record<string, string>; cert?: string; key?: string } = { headers: {} };
  try {
    await authenticator.applyAuthentication(user, options);
  } catch (error) {
    // The parser's message quotes its input, which may hold a token.
    const unreadable = error instanceof SyntaxError || isOfAnotherShape(error);
    const problem = unreadable ? `its output is not ${output}` : lastLines(error);
    throw new NxKubeError(
      'configuration',
      `User ${JSON.stringify(user.name)} of the kubeconfig cannot log in: ${name} fails: ${problem}`,
      {
        next: 'Log in again with the tool of your cluster’s provider.',
        cause: unreadable ? undefined : error,
      },
    );
  }
  if (options.headers.Authorization) headers.authorization = options.headers.Authorization.trim();
  tls.cert = options.cert ?? tls.cert;
  tls.key = options.key ?? tls.key;
}

/**
 * Whether output has the wrong shape: client-node does not validate it. Errors of `spawn` have codes, those of `fetch`
 * causes.
 */
function isOfAnotherShape(error: unknown): boolean {
  return error instanceof TypeError && !('code' in error) && error.cause === undefined;
}

function lastLines(error: unknown): string {
  return withoutKlog(error instanceof Error ? error.message : String(error))
    .trim()
    .slice(-500);
}

/**
 * Finds the authenticator of a user; undefined if the user needs none. Loads the rare ones on demand: they bring large
 * libraries.
 */
function authenticatorOf(user: UserEntry, context: KubeconfigContext): Promise<AuthenticatorOf> | undefined {
  const provider = user.authProvider?.name as string | undefined;
  if (user.exec || provider === 'exec' || user.authProvider?.config?.exec) {
    const exec = user.exec ?? user.authProvider.config.exec;
    const withInfo = { ...exec, env: [...(exec.env ?? []), execInfo(exec, context)] };
    return Promise.resolve({
      authenticator: new ExecAuth(),
      user: { ...user, authProvider: undefined, exec: withInfo },
      name: `the credential plugin ${JSON.stringify(exec.command)}`,
      output: 'an ExecCredential',
    });
  }
  if (!provider) return undefined;
  const loaders: Record<string, () => Promise<Authenticator>> = {
    oidc: async () => new (await import('@kubernetes/client-node/dist/oidc_auth.js')).OpenIDConnectAuth(),
    gcp: async () => new (await import('@kubernetes/client-node/dist/gcp_auth.js')).GoogleCloudPlatformAuth(),
    azure: async () => new (await import('@kubernetes/client-node/dist/azure_auth.js')).AzureAuth(),
  };
  const load = loaders[provider];
  if (!load) {
    throw new NxKubeError(
      'configuration',
      `User ${JSON.stringify(user.name)} of the kubeconfig has the unknown auth-provider ${JSON.stringify(provider)}.`,
      { next: 'Let the tool of your cluster’s provider write the kubeconfig again.' },
    );
  }
  return load().then((authenticator) => ({
    authenticator,
    user,
    name: `the auth-provider ${provider}`,
    output: 'JSON',
  }));
}

/** Environment that client-go gives every credential plugin; some refuse to run without it. client-node omits it. */
function execInfo(
  exec: { apiVersion?: string; provideClusterInfo?: boolean },
  { cluster }: KubeconfigContext,
): { name: string; value: string } {
  const info = {
    kind: 'ExecCredential',
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo && {
        cluster: {
          server: cluster.server,
          'tls-server-name': cluster.tlsServerName,
          'insecure-skip-tls-verify': cluster.skipTLSVerify || undefined,
          'certificate-authority-data': cluster.caData,
        },
      }),
    },
  };
  return { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
}

async function fileOrBase64(
  file: string | undefined,
  data: string | undefined,
  what: string,
): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, 'base64');
  return file ? await readCredentialFile(file, what) : undefined;
}

async function readCredentialFile(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new NxKubeError('configuration', `The ${what} of the kubeconfig, ${path}, cannot be read.`, {
      next: 'Let the tool that made the kubeconfig write it again.',
      cause: error,
    });
  }
}
