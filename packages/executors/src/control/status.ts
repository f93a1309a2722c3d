import type { Emit, UpdateState } from '../events/events.js';
import type { GateView } from '../loop/plan/gate.js';
import type { LoopStatus, TargetStatus } from './messages.js';

type Known = Pick<TargetStatus, 'state' | 'waitsFor' | 'message' | 'last'>;

/** Keeps what the event stream says last of each thing: how the loop stands at any moment. */
export class StatusReader {
  #context = '';
  #healthy = false;
  #message: string | undefined;
  /** Why the cluster does not answer; undefined while it does. */
  #unreachable: string | undefined;
  readonly #targets = new Map<string, Known>();
  readonly #forwards = new Map<string, LoopStatus['forwards'][number]>();
  readonly #pods = new Map<string, { state: string; digest?: string }>();

  constructor(private readonly project: string) {}

  readonly emit: Emit = (event) => {
    switch (event.type) {
      case 'start':
        this.#context = event.context;
        return;
      case 'target':
        return this.#know(event.target, { state: event.state, waitsFor: event.waitsFor, message: event.message });
      case 'ledger': {
        const { target, outcome, bytes, pods, timings } = event.entry;
        if (outcome === 'superseded') return;
        return this.#know(target, { last: { edit: event.edit, outcome, bytes, pods, totalMs: timings.total } });
      }
      case 'pod':
        if (event.state === 'gone') this.#pods.delete(event.pod);
        else this.#pods.set(event.pod, { state: event.state, digest: event.digest });
        return;
      case 'forward': {
        const { name, address, state, message, waits } = event;
        this.#forwards.set(`${address} ${name}`, { name, address, state, message, waits });
        return;
      }
      case 'waiting':
        if (!this.#healthy) this.#message ??= event.message;
        return;
      case 'cluster':
        this.#unreachable =
          event.state === 'unreachable' ? (event.message ?? 'the cluster does not answer') : undefined;
        return;
      case 'healthy':
      case 'unhealthy':
        this.#healthy = event.type === 'healthy';
        this.#message = event.type === 'unhealthy' ? event.message : undefined;
        return;
    }
  };

  status(gate: GateView): LoopStatus {
    return {
      project: this.project,
      context: this.#context,
      // What was known of the cluster says nothing while it does not answer.
      healthy: this.#healthy && this.#unreachable === undefined,
      message: this.#unreachable ?? this.#message,
      targets: gate.targets.map((target) => ({
        target,
        ...gate.state(target),
        ...(this.#targets.get(target) ?? { state: 'pending' as UpdateState }),
      })),
      forwards: [...this.#forwards.values()],
      pods: [...this.#pods].map(([pod, known]) => ({ pod, ...known })),
    };
  }

  #know(target: string, news: Partial<Known>): void {
    this.#targets.set(target, { state: 'pending', ...this.#targets.get(target), ...news });
  }
}
