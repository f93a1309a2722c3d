import { setMaxListeners } from 'node:events';

export interface ChildController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Lets go of the parent, which holds on to every child until then. Idempotent; `abort` does it too. */
  release(): void;
}

/**
 * A controller whose signal fires with its parent's too, if it has one. Not `AbortSignal.any`: on Node 20 the signal that it makes can be
 * collected as garbage while it is waited for, and then never fires.
 */
export function childController(parent?: AbortSignal): ChildController {
  const controller = new AbortController();
  // What is done under one signal may be many requests at once: their number is no sign of a leak.
  setMaxListeners(0, controller.signal);
  const onParent = () => controller.abort(parent?.reason);
  const release = () => parent?.removeEventListener('abort', onParent);
  if (parent?.aborted) onParent();
  else parent?.addEventListener('abort', onParent, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => {
      release();
      controller.abort(reason);
    },
    release,
  };
}
