import { NxKubeError, type Culprit } from '@nx-kube/cluster';

/** A registry answered with an error, or did not answer. Messages never hold headers, credentials or URLs with tokens. */
export class RegistryError extends NxKubeError {
  constructor(
    culprit: Culprit,
    message: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    options: { next?: string; cause?: unknown } = {},
  ) {
    super(culprit, message, options);
  }
}

/** Whether the same request may succeed a moment later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false;
  if (error.status === 0) return !isCertificateProblem(error.cause);
  return [408, 429, 500, 502, 503, 504].includes(error.status);
}

/** There was no answer from `host`. @param cause what the HTTP client threw */
export function unreachable(host: string, cause: unknown): RegistryError {
  const code = codeOf(cause);
  if (isCertificateProblem(cause)) {
    return new RegistryError('configuration', `the certificate of registry ${host} is not trusted: ${code}`, 0, {
      next: `Name the file of its authority in NODE_EXTRA_CA_CERTS, or write http://${host} if it has no TLS.`,
      cause,
    });
  }
  return new RegistryError('cluster', `registry ${host} cannot be reached: ${code}`, 0, {
    next: 'Start it, or set the option "registry" to the one that the cluster pulls from.',
    cause,
  });
}

/** `host` answered with a status that means failure. @param body as it came; only the registry's own codes are taken from it */
export function refused(host: string, repository: string, status: number, body: string): RegistryError {
  const message = `registry ${host} answered ${status}${reasonIn(body)} for ${repository}`;
  if (status === 401 || status === 403) {
    return new RegistryError('configuration', message, status, {
      next: `Log in with an account that may push there (docker login ${host}), or name another one in the option "registry".`,
    });
  }
  return new RegistryError('cluster', message, status, {
    next: 'See the log of the registry, or set the option "registry" to another one.',
  });
}

/** The codes that registries answer with: `{"errors":[{"code":"DENIED","message":"…"}]}`. */
function reasonIn(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: { code?: string }[] };
    const codes = (errors ?? []).flatMap(({ code }) => (code && /^[A-Z_]{1,40}$/.test(code) ? [code] : []));
    return codes.length ? ` (${codes.join(', ')})` : '';
  } catch {
    return '';
  }
}

function isCertificateProblem(cause: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME|ERR_SSL|EPROTO/.test(codeOf(cause));
}

function codeOf(cause: unknown): string {
  const { code, message } = (cause ?? {}) as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
