import { NxKubeError, type Culprit } from '../errors.js';

/** One entry of `status.details.causes`. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/**
 * The API server answered with an error, or did not answer. The message quotes the server's own message; it never holds
 * bodies, headers or values of Secrets.
 */
export class ApiError extends NxKubeError {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** `status.reason`: `NotFound`, `Conflict`, `Invalid`, …; the system's error code when the server did not answer. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** Wait (ms) that the server asked for. */
  readonly retryAfterMs?: number;

  constructor(
    culprit: Culprit,
    message: string,
    details: {
      status: number;
      reason: string;
      causes?: readonly StatusCause[];
      retryAfterMs?: number;
      next?: string;
      cause?: unknown;
    },
  ) {
    super(culprit, message, { next: details.next, cause: details.cause });
    this.status = details.status;
    this.reason = details.reason;
    this.causes = details.causes ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Whether the user lacks the right for a request. */
export function isForbidden(error: unknown): boolean {
  return error instanceof ApiError && error.status === 403;
}
