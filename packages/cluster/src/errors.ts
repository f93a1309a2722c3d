/** Who has to act on a failure: the options, the user's own code, the cluster, or this tool. */
export type Culprit = 'configuration' | 'user-code' | 'cluster' | 'bug';

export interface NxKubeErrorOptions {
  /** The next step for whoever has to act: one sentence, an imperative, ending in a full stop. */
  next?: string;
  cause?: unknown;
}

/**
 * The one error class for failures a user can meet. Its message names the file, field or object (`Kind/namespace/name`);
 * `next` says what to do. It is printed without a stack trace unless `culprit` is `bug`.
 */
export class NxKubeError extends Error {
  override readonly name = 'NxKubeError';
  readonly next?: string;

  constructor(
    readonly culprit: Culprit,
    message: string,
    options: NxKubeErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.next = options.next;
  }
}

/**
 * The text a user sees for any thrown value: message and next step; a stack trace only where the failure is a bug here.
 */
export function explain(error: unknown): string {
  if (error instanceof NxKubeError && error.culprit !== 'bug') {
    return error.next ? `${error.message}\n  → ${error.next}` : error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
