import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { childController, type ChildController } from '@nx-kube/cluster';
import type { LoopOptions } from './options.js';
import { isIn, type FileInputs } from './plan/stale-targets.js';
import { watched } from './plan/watched.js';
import { watch, type Edit, type WatchOptions } from './watch/watch.js';

/** Time (ms) for which a watch outlives the start of the next one. An edit may then be reported twice: no harm. */
const overlapMs = 100;

type Inputs = ReadonlyMap<string, FileInputs>;

/** The watch of the inputs of all targets, which may change while the loop runs. */
export class InputWatch {
  #current: ChildController | undefined;

  constructor(
    private readonly workspaceRoot: string,
    private readonly options: Pick<WatchOptions, 'signal' | 'onEdit' | 'onError'>,
  ) {}

  /** Watches the files of these inputs, and from then on no others. @returns the files, from the workspace root */
  async start(inputs: Inputs): Promise<string[]> {
    const { workspaceRoot } = this;
    const next = childController(this.options.signal);
    let files: string[] = [];
    await watch({
      ...{ ...this.options, workspaceRoot, ...watched(workspaceRoot, inputs.values()) },
      signal: next.signal,
      onWatched: (found) => (files = found),
    });
    this.#retire(this.#current);
    this.#current = next;
    return files;
  }

  /**
   * Ends a watch some time after the next has begun. Race: only this one knows an edit right before the next watch, and
   * it has not reported it yet.
   */
  #retire(former: ChildController | undefined): void {
    if (!former) return;
    const timer = setTimeout(() => former.abort(), overlapMs);
    this.options.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  /**
   * Watches other inputs. Files that have become inputs and were edited after the edit that made them inputs count as
   * an edit: nothing watched them at that time.
   */
  async follow(before: LoopOptions, after: LoopOptions, edit: Edit): Promise<void> {
    const files = await this.start(after.inputs);
    const known = new Set(globsOf(before.inputs));
    const added = globsOf(after.inputs).filter((glob) => !known.has(glob));
    if (!added.length) return;
    const since = performance.timeOrigin + edit.at;
    const found = files.filter((file) => isIn({ include: added, exclude: [] }, file) && !edit.files.includes(file));
    const times = await Promise.all(found.map((file) => modifiedAt(resolve(this.workspaceRoot, file))));
    const missed = found.filter((_, i) => times[i]! > since);
    if (missed.length && !this.options.signal.aborted) this.options.onEdit({ files: missed, at: performance.now() });
  }
}

function globsOf(inputs: Inputs): string[] {
  return [...inputs.values()].flatMap(({ include, always = [] }) =>
    [include, ...always.map((set) => set.include)].flat(),
  );
}

/** When a file was changed (ms since the epoch); never for a missing file. */
async function modifiedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
