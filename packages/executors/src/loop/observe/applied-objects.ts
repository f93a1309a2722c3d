import { childController, type ChildController, type Ref, type Unready } from '@nx-kube/cluster';
import { targetsWithGone } from './unready.js';

export interface AppliedObjectsOptions {
  /** Calls `onChange` with the objects that are not ready, each time that they change, until the signal. */
  watch: (refs: readonly Ref[], onChange: (unready: Unready[]) => void, signal: AbortSignal) => void;
  /** Called with all objects that are not ready now, and the targets that applied those which are gone. */
  onChange: (unready: Unready[], lost: string[]) => void;
  signal: AbortSignal;
}

interface Applied {
  stop: ChildController;
  unready: readonly Unready[];
}

/**
 * What the targets have applied, as it is in the cluster: deleted objects are noticed, whoever deleted them. What a
 * target deletes and creates again while it delivers is not reported.
 */
export class AppliedObjects {
  readonly #applied = new Map<string, Applied>();
  readonly #delivering = new Set<string>();

  constructor(private readonly options: AppliedObjectsOptions) {}

  /** Watches the objects of a target's last delivery, in place of those of the one before. */
  onApplied(target: string, refs: readonly Ref[]): void {
    this.#applied.get(target)?.stop.abort();
    const stop = childController(this.options.signal);
    const applied: Applied = { stop, unready: [] };
    this.#applied.set(target, applied);
    const onChange = (unready: Unready[]) => {
      applied.unready = unready;
      if (!this.#delivering.has(target)) this.#report();
    };
    this.options.watch(refs, onChange, stop.signal);
  }

  /** Runs a delivery of a target. */
  async during<T>(target: string, delivery: () => Promise<T>): Promise<T> {
    this.#delivering.add(target);
    try {
      return await delivery();
    } finally {
      this.#delivering.delete(target);
      this.#report();
    }
  }

  #report(): void {
    const shown = [...this.#applied].filter(([target]) => !this.#delivering.has(target));
    const unready = shown.flatMap(([, applied]) => applied.unready);
    this.options.onChange(
      unready,
      targetsWithGone(new Map([...this.#applied].map(([target, applied]) => [target, applied.unready]))),
    );
  }
}
