import {
  Bell,
  currentPods,
  NxKubeError,
  refOf,
  retry,
  subject,
  waitUntil,
  type Cluster,
  type KubeObject,
  failureIsHarmless,
  inBackground,
  isForbidden,
} from '@nx-kube/cluster';
import { lastWordsOf } from '../logs/last-words.js';
import type { PodEvent } from '../pods/pod-event.js';
import { Processes, type Crashing } from '../pods/processes.js';
import { runningContainer } from '../pods/target-container.js';
import { WorkloadPods } from '../pods/workload-pods.js';
import type { Prepared } from '../workload/mutate.js';

/** Time-out (ms) for the first event of each process: a user who may see pods but not exec into them gets none. */
const meetWithinMs = 10_000;

export interface WorkloadProcessesOptions {
  /** Folder for files that may be deleted at any time. */
  storeDirectory: string;
  /** Called when a process crashes again and again. */
  onCrashing: (error: NxKubeError) => void;
  /** Ends the connections to the pods. */
  signal: AbortSignal;
}

/** Follows the processes of a workload under the agent while the workload gets ready. */
export class WorkloadProcesses {
  readonly #processes = new Processes();
  #followed: Pick<Prepared, 'workload' | 'container'> | undefined;
  /** Rings with each event of the pods. */
  readonly #changed = new Bell();

  constructor(
    private readonly cluster: Cluster,
    private readonly options: WorkloadProcessesOptions,
  ) {}

  /** Connects to the present and later pods of an applied workload. */
  async follow(prepared: Pick<Prepared, 'workload' | 'container'>): Promise<void> {
    const { storeDirectory, signal } = this.options;
    this.#followed = prepared;
    const onEvent = (event: PodEvent) => this.#onEvent(event);
    const pods = new WorkloadPods({
      cluster: this.cluster,
      storeDirectory,
      logs: false,
      startsImage: true,
      onEvent,
      signal,
    });
    await pods.keep(prepared).catch(unlessForbidden);
  }

  /**
   * Resolves when each process is ready or has run for a moment; at once where none is followed. Call it when the pods
   * are ready.
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

  /** The pods in which the agent runs. */
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
      // A crash that cannot be judged now is judged with the next one.
      if (crashing) inBackground(this.#judge(crashing), failureIsHarmless);
    }
    this.#changed.ring();
  }

  /** Ignores crashes in a pod of a former revision, which is about to be replaced. */
  async #judge({ pod, end, lastLines }: Crashing): Promise<void> {
    const own = (await this.#pods()).find(({ metadata }) => metadata.name === pod);
    if (!own) return;
    const { lines } = lastWordsOf(lastLines);
    const quoted = lines.length ? `. Its last lines:\n${lines.map((line) => `    ${line}`).join('\n')}` : '';
    this.options.onCrashing(
      new NxKubeError('user-code', `${subject(own)}: the process crashes again and again, and ${end}${quoted}`, {
        next: 'Fix the program, or its arguments and environment.',
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

/** Swallows the refusal for users who may not see pods. */
function unlessForbidden(error: unknown): undefined {
  if (!isForbidden(error)) throw error;
}
