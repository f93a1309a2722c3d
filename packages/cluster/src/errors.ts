/** Who must act on a failure: the options, the user's own code, the cluster, or this tool. */
export type Culprit = 'configuration' | 'user-code' | 'cluster' | 'bug';

export interface NxKubeErrorOptions {
  /** Next step for the user: one imperative sentence. */
  next?: string;
  cause?: unknown;
}

/**
 * Error for every failure that a user can meet. Its message starts with the file, field or object
 * (`Kind/namespace/name`); `next` is the step that fixes it. Only culprit `bug` is printed with a stack trace.
 *
 * `message` and `next` end as `asSentence` defines it, so that they read alike wherever they are thrown and printed.
 */
export class NxKubeError extends Error {
  override readonly name = 'NxKubeError';
  readonly next?: string;

  /**
   * @param culprit who must act
   * @param message what is wrong, and why if that is known
   */
  constructor(
    readonly culprit: Culprit,
    message: string,
    options: NxKubeErrorOptions = {},
  ) {
    super(asSentence(message), { cause: options.cause });
    this.next = options.next === undefined ? undefined : asSentence(options.next);
  }
}

/**
 * Text that a user sees for any thrown value.
 *
 * @returns message and next step; for a bug and for any other error its stack trace
 */
export function explain(error: unknown): string {
  if (error instanceof NxKubeError && error.culprit !== 'bug') {
    return error.next ? `${error.message}\n  → ${error.next}` : error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/**
 * Ends a text with exactly one full stop. Unchanged are: the empty text, a text that ends a sentence already, also
 * inside a closing quote or bracket, one that ends with a colon, and one of several lines, whose last lines quote
 * output.
 */
export function asSentence(text: string): string {
  const trimmed = text.trimEnd();
  if (trimmed === '' || trimmed.includes('\n') || /[.!?…:]["”’)]?$/.test(trimmed)) return trimmed;
  return `${trimmed}.`;
}
