/** `auto`: an edit makes a target run. `manual`: edits collect until it is triggered. */
export type TriggerMode = 'auto' | 'manual';

/** An edit, or several that have collected. */
export interface Work {
  /** Of the newest edit; 0 is the start, `triggered` a command. */
  number: number;
  files: string[];
  /** When the first of the files changed, or the work was let go, in ms of `performance.now()`. */
  at: number;
}

/** The number of work that no edit asked for. */
export const triggered = -1;

export interface GateState {
  mode: TriggerMode;
  paused: boolean;
  /** Files that changed since the gate was closed. */
  waiting: string[];
}

/**
 * Decides which targets an edit makes run now. For a target that is paused or manual, edits collect into one piece of work,
 * so that letting it go delivers the newest state once.
 */
export class Gate {
  readonly #targets = new Map<string, { mode: TriggerMode; paused: boolean; work?: Work }>();

  constructor(modes: Iterable<[target: string, mode: TriggerMode]>) {
    for (const [target, mode] of modes) this.#targets.set(target, { mode, paused: false });
  }

  get targets(): string[] {
    return [...this.#targets.keys()];
  }

  state(target: string): GateState {
    const { mode, paused, work } = this.#targets.get(target)!;
    return { mode, paused, waiting: work?.files ?? [] };
  }

  /** The targets that run now; for the others the edit is kept. */
  admit(stale: string[], edit: Work): string[] {
    return stale.filter((target) => {
      const state = this.#targets.get(target)!;
      if (state.mode === 'auto' && !state.paused) return true;
      const files = new Set([...(state.work?.files ?? []), ...edit.files]);
      state.work = { ...edit, files: [...files].sort() };
      return false;
    });
  }

  pause(targets: string[]): void {
    targets.forEach((target) => (this.#targets.get(target)!.paused = true));
  }

  /** Opens the gate; what collected for targets in mode `auto` runs now. */
  resume(targets: string[], now: number): Map<string, Work> {
    const released = new Map<string, Work>();
    for (const target of targets) {
      const state = this.#targets.get(target)!;
      state.paused = false;
      if (!state.work || state.mode === 'manual') continue;
      released.set(target, { ...state.work, at: now });
      state.work = undefined;
    }
    return released;
  }

  /** Sets the mode of each target; what collected for one that is `auto` now, and not paused, runs now. */
  setModes(modes: Readonly<Record<string, TriggerMode>>, now: number): Map<string, Work> {
    for (const [target, state] of this.#targets) state.mode = modes[target] ?? 'auto';
    return this.resume(
      this.targets.filter((target) => !this.#targets.get(target)!.paused),
      now,
    );
  }

  /** What a target that is triggered has to do: what collected for it, or all of it anew. Its gate stays as it is. */
  trigger(target: string, now: number): Work {
    const state = this.#targets.get(target)!;
    const work = state.work ?? { number: triggered, files: [], at: now };
    state.work = undefined;
    return { ...work, at: now };
  }
}
