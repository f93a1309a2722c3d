import { relative, resolve, sep } from 'node:path';
import { childController, failureIsHarmless, inBackground, waitUntil, type ChildController } from '@nx-kube/cluster';
import { changeConfiguration } from './change-configuration.js';
import { changeSettings } from './change-settings.js';
import { obey } from './commands.js';
import { GraphWatch } from './graph-watch.js';
import { InputWatch } from './input-watch.js';
import { startLanes, type Lanes } from './lanes.js';
import type { LoopOptions, LoopParts } from './options.js';
import { holds, staleTargets, watchRoots } from './plan/stale-targets.js';
import { watchErrorMessage } from './watch/watch-error.js';
import { isOneOf, watchFiles } from './watch/watch-files.js';
import type { Edit } from './watch/watch.js';

/** How long running work may take to stop (ms): Ctrl-C has to end the loop within 2 s. */
const stopWithinMs = 1200;

/**
 * Brings the project up and keeps it current until the signal.
 *
 * @returns `stopped`, or `anew` where settings changed in a way that needs another loop; no work is under way any more
 */
export async function runLoop(first: LoopOptions, parts: LoopParts): Promise<'stopped' | 'anew'> {
  return await new Loop(first, parts).run();
}

class Loop {
  readonly #ended: ChildController;
  readonly #lanes: Lanes;
  readonly #inputWatch: InputWatch;
  readonly #graphWatch: GraphWatch | undefined;
  #anew = false;
  #edits = 0;
  #byName: ChildController | undefined;
  /** Set while Nx's configuration is read: the edit for which to read it again. */
  #reading: { again?: Edit } | undefined;

  constructor(
    private options: LoopOptions,
    private readonly parts: LoopParts,
  ) {
    const { workspaceRoot } = options;
    this.#ended = childController(parts.signal);
    const { signal } = this.#ended;
    this.#lanes = startLanes(
      () => this.options,
      { ...parts, signal },
      { patienceMs: Number.MAX_SAFE_INTEGER, watchesObjects: true },
    );
    this.#inputWatch = new InputWatch(workspaceRoot, { signal, onEdit: this.#onEdit, onError: this.#onError });
    if (parts.configuration) this.#graphWatch = new GraphWatch(workspaceRoot, parts.configuration.modules);
    const { gate, on } = this.#lanes;
    parts.control?.(gate, (request) => obey(request, gate.targets, on, parts.emit));
  }

  async run(): Promise<'stopped' | 'anew'> {
    // The watch comes first, so that no edit is missed while the first content is made.
    const [files] = await Promise.all([this.#inputWatch.start(this.options.inputs), this.#watchByName()]);
    this.#lanes.on({ type: 'started' });
    if (this.#graphWatch) inBackground(this.#graphWatch.learn(files), failureIsHarmless);
    await waitUntil(this.#ended.signal);
    await this.#lanes.ended(stopWithinMs);
    return this.#anew && !this.parts.signal.aborted ? 'anew' : 'stopped';
  }

  #onError = (error: NodeJS.ErrnoException): void =>
    this.parts.emit({ type: 'target', target: 'watch', state: 'error', message: watchErrorMessage(error) });

  #onEdit = (edit: Edit): void => {
    const { options, parts } = this;
    const changed = edit.files.map((file) => resolve(options.workspaceRoot, file));
    if (parts.settings?.paths.some((path) => changed.includes(path))) this.#onSettings(edit);
    this.#onGraph(edit).catch(this.#onError);
    const made = (options.secrets ?? []).filter(({ paths }) => changed.some((file) => isOneOf(paths, file)));
    const stale = [...new Set([...made.map(({ target }) => target), ...staleTargets(edit.files, options.inputs)])];
    if (!stale.length) return;
    this.#edits += 1;
    parts.emit({ type: 'edit', edit: this.#edits, files: edit.files, targets: stale });
    this.#lanes.on({ type: 'edited', targets: stale, work: { number: this.#edits, ...edit } });
  };

  /** Watches the files that options name, which may lie anywhere and be ignored by git. */
  async #watchByName(): Promise<void> {
    const { options, parts } = this;
    this.#byName?.abort();
    this.#byName = childController(this.#ended.signal);
    const { signal } = this.#byName;
    const { workspaceRoot } = options;
    const ofSecrets = (options.secrets ?? []).flatMap(({ paths }) => paths);
    const roots = watchRoots(options.inputs.values());
    // One save of a file that two watches report would be two edits.
    const ofNx = (parts.configuration?.paths ?? []).filter((path) => {
      const inside = relative(workspaceRoot, path).split(sep).join('/');
      return !roots.some((root) => root === inside || holds(root, inside));
    });
    const paths = [...(parts.settings?.paths ?? []), ...ofNx, ...ofSecrets];
    await watchFiles(paths, { workspaceRoot, signal, onEdit: this.#onEdit, onError: this.#onError });
  }

  #onSettings(edit: Edit): void {
    changeSettings({
      ...{ settings: this.parts.settings!, ...this.#changes() },
      takeOver: async (next, targets) => {
        this.options = next;
        await this.#watchByName();
        this.#runFor(edit, targets);
      },
    }).catch(this.#onError);
  }

  /** Reads Nx's configuration again where an edit may have changed it: the inputs follow the files. */
  async #onGraph(edit: Edit): Promise<void> {
    if (!(await this.#graphWatch?.concerns(edit.files)) || this.#ended.signal.aborted) return;
    if (this.#reading) {
      this.#reading.again = edit;
      return;
    }
    for (let next: Edit | undefined = edit; next && !this.#ended.signal.aborted; next = this.#reading?.again) {
      this.#reading = {};
      await this.#readConfiguration(next);
    }
    this.#reading = undefined;
  }

  async #readConfiguration(edit: Edit): Promise<void> {
    await changeConfiguration({
      ...{ configuration: this.parts.configuration!, ...this.#changes() },
      // What is ignored decides what is watched, also for the same inputs.
      always: edit.files.some((file) => /(^|\/)\.(git|nx)ignore$/.test(file)),
      takeOver: async (next, targets) => {
        const before = this.options;
        this.options = next;
        await Promise.all([this.#inputWatch.follow(before, next, edit), this.#watchByName()]);
        this.#runFor(edit, targets);
      },
    });
  }

  #changes() {
    return {
      current: () => this.options,
      emit: this.parts.emit,
      signal: this.#ended.signal,
      onAnew: () => {
        this.#anew = true;
        this.#ended.abort();
      },
    };
  }

  /** Has the lanes take the present options over. */
  #runFor(edit: Edit, targets: string[]): void {
    this.#lanes.onOptions();
    if (targets.length) {
      this.#edits += 1;
      this.parts.emit({ type: 'edit', edit: this.#edits, files: edit.files, targets });
    }
    const work = { number: this.#edits, ...edit };
    this.#lanes.on({ type: 'options-changed', targets, modes: this.options.modes, work });
  }
}
