import { setMaxListeners } from 'node:events';

export interface ChildController {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Removes the listener on the parent, which otherwise keeps every child alive. Idempotent; `abort` does it too. */
  release(): void;
}

/**
 * Creates a controller whose signal also fires when the parent's does, with the parent's reason.
 *
 * Not `AbortSignal.any`: Node 20 can garbage-collect its signal while code waits for it; the signal then never fires.
 */
export function childController(parent?: AbortSignal): ChildController {
  const controller = new AbortController();
  // Many parallel requests may share one signal: a high listener count is not a leak.
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
