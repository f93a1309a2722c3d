import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '@nx-kube/executors/events/events.js';
import { agentPath } from '@nx-kube/executors/workload/inject-agent.js';
import { save, type Edit } from '../edits/edit.js';
import { isGo } from '../edits/kinds.js';
import { now } from '../machine/clock.js';
import { larger, memoryOf } from '../machine/memory.js';
import { within } from '../machine/within.js';
import type { LoopSample, Memory } from '../report/sample.js';
import { list, NxKubeError, type Cluster } from '@nx-kube/cluster';
import { DevLoop, type Event } from '@nx-kube/testing/e2e/dev-loop.js';
import { firstProcess, processesOf } from '@nx-kube/testing/e2e/processes.js';
import type { Workspace } from '@nx-kube/testing/e2e/workspace.js';

/** How long (ms) after an edit the loop starts its deferred work. Before that, deferred work cannot be observed. */
const idleWorkAfterMs = 2500;
const upMs = 600_000;
const editMs = 180_000;

/** Runs the real `nx run <project>:dev` and measures its edits. */
export class LoopTrack {
  loopMemory: Memory | undefined;
  agentMemory: Memory | undefined;
  #editedAt = 0;

  private constructor(
    private readonly workspace: Workspace,
    private readonly project: string,
    private readonly cluster: Cluster,
    private readonly loop: DevLoop,
  ) {}

  /** Resolves once everything is up and healthy. */
  static async start(
    workspace: Workspace,
    project: string,
    { cluster, signal }: { cluster: Cluster; signal: AbortSignal },
  ): Promise<LoopTrack> {
    const loop = new DevLoop(workspace, project);
    const track = new LoopTrack(workspace, project, cluster, loop);
    try {
      await within(loop.up(), upMs, 'bringing the project up', signal);
      return track;
    } catch (error) {
      await track.stop();
      throw explained(error, loop);
    }
  }

  /** Waits until the loop has finished its deferred work. */
  async settle(signal: AbortSignal): Promise<void> {
    const waiting = this.#editedAt + idleWorkAfterMs - now();
    if (waiting > 0) await delay(waiting, undefined, { signal });
    const idleWork = `${this.project}:`;
    const running = () =>
      processesOf(this.workspace.root).some(
        ({ command }) => command.some((word) => word.startsWith(idleWork)) && !command.includes(`${this.project}:dev`),
      );
    while (running()) await delay(100, undefined, { signal });
  }

  /** Saves the edit and waits for the end of its ledger. */
  async measure(edit: Edit, signal: AbortSignal): Promise<LoopSample> {
    const target = isGo(edit.kind) ? 'go-build' : 'kustomize-build';
    this.loop.skip();
    const first = this.loop.events.length;
    const savedAt = now();
    save(this.workspace, edit);
    const isEnd = ({ files, entry }: Event) =>
      files.includes(edit.path) && entry.target === target && entry.outcome !== 'superseded';
    let event: Event;
    try {
      event = await within(this.loop.next('ledger', isEnd), editMs, `the edit of ${edit.path}`, signal);
    } catch (error) {
      throw explained(error, this.loop);
    }
    this.#editedAt = now();
    const entry = event['entry'] as Entry;
    const { outcome, timings, bytes = 0, message } = entry;
    if (outcome !== 'delivered' && outcome !== 'unchanged') {
      throw new NxKubeError('bug', `The edit of ${edit.path} ${outcome}: ${message}`);
    }
    const started = this.loop.events
      .slice(first)
      .filter(({ type, state }) => type === 'process' && state === 'started');
    const end = timings.restart === undefined ? event : started.at(-1);
    await this.#watchMemory();
    return { outcome, timings, bytes, toProcessMs: Date.parse((end ?? event).time) - savedAt };
  }

  /** Stops the loop with Ctrl-C and removes everything that was applied. */
  async stop(): Promise<void> {
    if (this.loop.process.exitCode === null) await this.loop.stop();
    const down = await this.workspace.nx(['run', `${this.project}:down`, '--crds', '--namespaces']);
    if (down.exitCode !== 0) console.error(`The objects of the loop could not be removed:\n${down.all}`);
  }

  async #watchMemory(): Promise<void> {
    const [executor] = processesOf(this.workspace.root).filter(({ command }) =>
      command.some((word) => word.includes('run-executor')),
    );
    this.loopMemory = larger(this.loopMemory, executor && memoryOf(executor.pid));
    this.agentMemory = larger(this.agentMemory, await this.#memoryOfAgent());
  }

  /** Undefined if the node is another machine, or the cluster does not answer. */
  async #memoryOfAgent(): Promise<Memory | undefined> {
    const name = this.loop.events.findLast(({ type, state }) => type === 'pod' && state === 'connected')?.['pod'];
    try {
      const pods = await list(this.cluster, { apiVersion: 'v1', kind: 'Pod', fieldSelector: `metadata.name=${name}` });
      return memoryOf(firstProcess(pods[0]!.metadata.uid!, agentPath));
    } catch {
      return undefined;
    }
  }
}

/** Adds the loop's last lines to an error. */
function explained(error: unknown, loop: DevLoop): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  const said = loop.transcript().split('\n').slice(-20).join('\n');
  return new NxKubeError('bug', `${error.message}\nThe loop's last lines:\n${said}`, { cause: error });
}
