import { orAborted } from '@nx-kube/cluster';

/** A value that is made again and again. A reader that comes before the first value waits for it. */
export interface ValueCell<T> {
  readonly value: T | undefined;
  set(value: T): void;
  /** Resolves to the newest value, or to the first one when it comes. @throws the signal's reason */
  get(signal: AbortSignal): Promise<T>;
}

export function valueCell<T>(): ValueCell<T> {
  let value: T | undefined;
  let made!: (value: T) => void;
  const first = new Promise<T>((resolve) => (made = resolve));
  return {
    get value() {
      return value;
    },
    set(newest) {
      value = newest;
      made(newest);
    },
    async get(signal) {
      if (value !== undefined) return value;
      await orAborted(first, signal);
      return value!;
    },
  };
}
