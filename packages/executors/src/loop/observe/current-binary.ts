import type { Entry, LoopEvent } from '../../events/events.js';

/** The target that makes the binary, and the pods that run it. */
export interface BinaryInPods {
  target: string;
  /** Says how many pods run the wanted binary; undefined if all do. */
  behind: () => string | undefined;
}

/** Whether the pods run the binary that the loop made last, as events report it. */
export class CurrentBinary {
  /** What came of the last run of the target; undefined before the first run has ended. */
  #outcome: Entry['outcome'] | undefined;

  /** @param binary default: none, so that nothing is behind */
  constructor(private readonly binary: BinaryInPods | undefined) {}

  onEvent(event: LoopEvent): void {
    if (event.type !== 'ledger' || event.entry.target !== this.binary?.target) return;
    if (event.entry.outcome !== 'superseded') this.#outcome = event.entry.outcome;
  }

  /** Whether a pod still runs another binary. Where the last one could not be made or delivered, none is wanted. */
  get isBehind(): boolean {
    if (this.binary === undefined || this.#outcome === 'failed') return false;
    return this.#outcome === undefined || this.binary.behind() !== undefined;
  }

  /** What to report where pods stay behind; undefined during the first run, which reports for itself. */
  get lasting(): string | undefined {
    return this.isBehind && this.#outcome !== undefined ? this.binary?.behind() : undefined;
  }

  /** Whether the process of the last delivery crashed, and nothing has said since that it runs. */
  get hasCrashed(): boolean {
    return this.#outcome === 'crashed';
  }

  /** Takes it that the processes run. @returns the target that was reported as crashed, if it was */
  recover(): string | undefined {
    if (!this.hasCrashed) return undefined;
    this.#outcome = 'delivered';
    return this.binary?.target;
  }
}
