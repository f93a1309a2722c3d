import { ApiError, NxKubeError } from '@nx-kube/cluster';
import type { Redactor } from './redact.js';

/**
 * Returns an error of the same kind without known values. Drops `cause`, because a printer of causes would show values.
 */
export function redactError(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactor.redact(error) : error;
  const message = redactor.redact(error.message);
  const next = error instanceof NxKubeError && error.next ? redactor.redact(error.next) : undefined;
  const clean = sameKind(error, message, next, redactor);
  clean.stack = error.stack && redactor.redact(error.stack);
  return clean;
}

function sameKind(error: Error, message: string, next: string | undefined, redactor: Redactor): Error {
  if (error instanceof ApiError) {
    const { culprit, status, reason, retryAfterMs } = error;
    const causes = error.causes.map(({ field, ...cause }) => ({
      ...cause,
      ...(cause.message && { message: redactor.redact(cause.message) }),
      ...(field && { field: redactor.redact(field) }),
    }));
    return new ApiError(culprit, message, { status, reason, causes, retryAfterMs, next });
  }
  if (error instanceof NxKubeError) return new NxKubeError(error.culprit, message, { next });
  // Keep the name: callers recognize an abort by it.
  return Object.assign(new Error(message), { name: error.name });
}
