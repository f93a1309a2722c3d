import { NxKubeError, type Culprit } from '../errors.js';

/** One entry of `status.details.causes`. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/**
 * The API server answered with an error, or did not answer. The message holds the server's own message and never
 * bodies, headers or values of secrets.
 */
export class ApiError extends NxKubeError {
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** `status.reason`: `NotFound`, `Conflict`, `Invalid`, …; the system's error code when there was no answer. */
  readonly reason: string;
  readonly causes: readonly StatusCause[];
  /** What the server asked to wait, in ms. */
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
