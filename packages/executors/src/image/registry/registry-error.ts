import { NxKubeError, type Culprit } from '@nx-kube/cluster';

/** A registry answered with an error or not at all. Messages never hold headers, credentials or URLs with tokens. */
export class RegistryError extends NxKubeError {
  constructor(
    culprit: Culprit,
    message: string,
    /** HTTP status; 0 without an answer. */
    readonly status: number,
    options: { next?: string; cause?: unknown } = {},
  ) {
    super(culprit, message, options);
  }
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof RegistryError)) return false;
  if (error.status === 0) return !isCertificateProblem(error.cause);
  return [408, 429, 500, 502, 503, 504].includes(error.status);
}

/** The error for a host that did not answer. @param cause what the HTTP client threw */
export function unreachable(host: string, cause: unknown): RegistryError {
  const code = codeOf(cause);
  if (isCertificateProblem(cause)) {
    return new RegistryError('configuration', `The certificate of registry ${host} is not trusted: ${code}.`, 0, {
      next: `Set NODE_EXTRA_CA_CERTS to the file of its authority, or write http://${host} if it has no TLS.`,
      cause,
    });
  }
  return new RegistryError('cluster', `Registry ${host} cannot be reached: ${code.replace(/\.$/, '')}.`, 0, {
    next: 'Start it, or set the option "registry" to the registry that the cluster pulls from.',
    cause,
  });
}

/** The error for a failure status. @param body the answer; only the registry's own error codes are taken from it */
export function refused(host: string, repository: string, status: number, body: string): RegistryError {
  const message = `Registry ${host} answered ${status}${reasonIn(body)} for ${repository}.`;
  if (status === 401 || status === 403) {
    return new RegistryError('configuration', message, status, {
      next: `Log in with an account that may push there (docker login ${host}), or set the option "registry" to another registry.`,
    });
  }
  return new RegistryError('cluster', message, status, {
    next: 'Check the log of the registry, or set the option "registry" to another registry.',
  });
}

/** Extracts the error codes from an answer such as `{"errors":[{"code":"DENIED","message":"…"}]}`. */
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
