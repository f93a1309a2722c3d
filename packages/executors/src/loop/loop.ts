import { resolve } from 'node:path';
import { childController, waitUntil, type ChildController } from '@nx-kube/cluster';
import { changeSettings } from './change-settings.js';
import { obey } from './commands.js';
import { startLanes } from './lanes.js';
import type { LoopOptions, LoopParts } from './options.js';
import { staleTargets } from './plan/stale-targets.js';
import { watched } from './plan/watched.js';
import { watchErrorMessage } from './watch/watch-error.js';
import { isOneOf, watchFiles } from './watch/watch-files.js';
import { watch, type Edit } from './watch/watch.js';

/** How long running work may take to stop (ms): Ctrl-C has to end the loop within 2 s. */
const stopWithinMs = 1200;

/**
 * Brings the project up and keeps it current until the signal.
 *
 * @returns `stopped`, or `anew` where settings changed in a way that needs another loop; no work is under way any more
 */
export async function runLoop(first: LoopOptions, parts: LoopParts): Promise<'stopped' | 'anew'> {
  const { emit, settings } = parts;
  const ended = childController(parts.signal);
  const { signal } = ended;
  let options = first;
  let anew = false;
  let edits = 0;
  let byName: ChildController | undefined;

  const lanes = startLanes(
    () => options,
    { ...parts, signal },
    { patienceMs: Number.MAX_SAFE_INTEGER, watchesObjects: true },
  );
  parts.control?.(lanes.gate, (request) => obey(request, lanes.gate.targets, lanes.on, emit));

  const onError = (error: NodeJS.ErrnoException) =>
    emit({ type: 'target', target: 'watch', state: 'error', message: watchErrorMessage(error) });
  const onEdit = (edit: Edit) => {
    const changed = edit.files.map((file) => resolve(options.workspaceRoot, file));
    if (settings?.paths.some((path) => changed.includes(path))) onSettings(edit);
    const made = (options.secrets ?? []).filter(({ paths }) => changed.some((file) => isOneOf(paths, file)));
    const stale = [...new Set([...made.map(({ target }) => target), ...staleTargets(edit.files, options.inputs)])];
    if (!stale.length) return;
    edits += 1;
    emit({ type: 'edit', edit: edits, files: edit.files, targets: stale });
    lanes.on({ type: 'edited', targets: stale, work: { number: edits, ...edit } });
  };
  /** Watches the files that options name, which may lie anywhere and be ignored by git. */
  const watchByName = async () => {
    byName?.abort();
    byName = childController(signal);
    const paths = [...(settings?.paths ?? []), ...(options.secrets ?? []).flatMap(({ paths }) => paths)];
    await watchFiles(paths, { workspaceRoot: options.workspaceRoot, signal: byName.signal, onEdit, onError });
  };
  const onSettings = (edit: Edit) => {
    changeSettings({
      ...{ settings: settings!, current: () => options, emit, signal },
      onAnew: () => {
        anew = true;
        ended.abort();
      },
      takeOver: async (next, targets) => {
        options = next;
        await watchByName();
        lanes.onOptions();
        if (targets.length) {
          edits += 1;
          emit({ type: 'edit', edit: edits, files: edit.files, targets });
        }
        const work = { number: edits, ...edit };
        lanes.on({ type: 'options-changed', targets, modes: options.modes, work });
      },
    }).catch(onError);
  };

  // The watch comes first, so that no edit is missed while the first content is made.
  const { workspaceRoot, inputs } = options;
  await Promise.all([
    watch({ workspaceRoot, ...watched(workspaceRoot, inputs.values()), signal, onEdit, onError }),
    watchByName(),
  ]);
  lanes.on({ type: 'started' });
  await waitUntil(signal);
  await lanes.ended(stopWithinMs);
  return anew && !parts.signal.aborted ? 'anew' : 'stopped';
}
