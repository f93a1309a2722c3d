import {
  ApiError,
  Bell,
  currentPods,
  NxKubeError,
  refOf,
  retry,
  subject,
  waitUntil,
  type Cluster,
  type KubeObject,
} from '@nx-kube/cluster';
import type { PodEvent } from '../pods/pod-event.js';
import { Processes, type Crashing } from '../pods/processes.js';
import { runningContainer } from '../pods/target-container.js';
import { WorkloadPods } from '../pods/workload-pods.js';
import type { Prepared } from '../workload/mutate.js';

/**
 * Whoever may see pods but not exec into them meets no process, and does without what it tells, after so long in ms.
 */
const meetWithinMs = 10_000;

export interface WorkloadProcessesOptions {
  /** Folder for what may be deleted at any time. */
  storeDirectory: string;
  /** Called when a process dies again and again. */
  onCrashing: (error: NxKubeError) => void;
  /** Ends the connections to the pods. */
  signal: AbortSignal;
}

/** The processes of a workload under the agent, as long as it is waited for. */
export class WorkloadProcesses {
  readonly #processes = new Processes();
  #followed: Pick<Prepared, 'workload' | 'container'> | undefined;
  /** Rings with each event of the pods. */
  readonly #changed = new Bell();

  constructor(
    private readonly cluster: Cluster,
    private readonly options: WorkloadProcessesOptions,
  ) {}

  /** Connects to the pods of an applied workload, and to those that come. */
  async follow(prepared: Pick<Prepared, 'workload' | 'container'>): Promise<void> {
    const { storeDirectory, signal } = this.options;
    this.#followed = prepared;
    const onEvent = (event: PodEvent) => this.#onEvent(event);
    const pods = new WorkloadPods({ cluster: this.cluster, storeDirectory, logs: false, onEvent, signal });
    await pods.keep(prepared).catch(unlessForbidden);
  }

  /**
   * Resolves once each process has run for a moment or is ready; at once where none is followed. For when the pods are
   * ready.
   */
  async settled(timeoutMs: number): Promise<void> {
    const { signal } = this.options;
    const started = performance.now();
    for (;;) {
      const unmet = (await this.#pods()).filter((pod) => !this.#processes.isMet(pod.metadata.name));
      const now = performance.now();
      const leftToMeet = unmet.length ? started + meetWithinMs - now : 0;
      const leftToRun = this.#processes.settlesIn(now) ?? Infinity;
      const left = Math.max(leftToMeet, leftToRun);
      if (left <= 0) return;
      if (now - started >= timeoutMs) throw this.#timeOut(timeoutMs);
      await waitUntil(signal, { ms: Math.min(left, started + timeoutMs - now), bell: this.#changed });
      signal.throwIfAborted();
    }
  }

  /** Those that the agent can be met in. */
  async #pods(): Promise<KubeObject[]> {
    if (!this.#followed) return [];
    const { workload, container } = this.#followed;
    const { signal } = this.options;
    const read = () => currentPods(this.cluster, refOf(workload), { signal });
    const pods = await retry(read, { signal }).catch(unlessForbidden);
    return (pods ?? []).filter((pod) => runningContainer(pod, container.name));
  }

  #onEvent(event: PodEvent): void {
    this.#processes.onEvent(event, performance.now());
    if (event.type === 'process' && event.state === 'exited') {
      const crashing = this.#processes.crashing.find(({ pod }) => pod === event.pod);
      // What cannot be judged now is when it dies again.
      if (crashing) this.#judge(crashing).catch(() => {});
    }
    this.#changed.ring();
  }

  /** What a pod of a former revision does is about to be mended. */
  async #judge({ pod, end, lastLines }: Crashing): Promise<void> {
    const own = (await this.#pods()).find(({ metadata }) => metadata.name === pod);
    if (!own) return;
    const quoted = lastLines.length ? `. Its last lines:\n${lastLines.map((line) => `    ${line}`).join('\n')}` : '';
    this.options.onCrashing(
      new NxKubeError('user-code', `${subject(own)}: the process crashes again and again, and ${end}${quoted}`, {
        next: 'Mend the program, or its arguments and environment.',
      }),
    );
  }

  #timeOut(timeoutMs: number): NxKubeError {
    const what = subject(this.#followed!.workload);
    return new NxKubeError('cluster', `${what}: its processes do not run after ${Math.round(timeoutMs / 1000)} s`, {
      next: 'Look at the logs of its pods, or wait longer.',
    });
  }
}

/** Whoever may not see pods does without. */
function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 403)) throw error;
}
