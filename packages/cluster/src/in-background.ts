/**
 * Starts work that nothing awaits.
 *
 * @param onFailure receives a rejection: one of the functions below, or the caller's own report
 */
export function inBackground(work: Promise<unknown>, onFailure: (error: unknown) => void): void {
  work.catch(onFailure);
}

/** The work reports its own failures. A rejection is a bug: it ends the process as an unhandled rejection. */
export function failureIsABug(error: unknown): never {
  throw error;
}

/** Another reader of the same promise, or an event, reports the failure. */
export function failureIsReported(): void {}

/** The work is optional: its failure changes no result. */
export function failureIsHarmless(): void {}
