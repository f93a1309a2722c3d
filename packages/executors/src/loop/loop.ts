import { resolve } from 'node:path';
import { childController, explain, type ChildController } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { affected } from './affected.js';
import { obey } from './commands.js';
import { startLanes, type Lanes } from './lanes.js';
import { Verdict } from './observe/verdict.js';
import { targetNames, type LoopOptions, type LoopParts, type SettingsFiles } from './options.js';
import { Gate, type Work } from './plan/gate.js';
import { staleTargets, watchRoots } from './plan/stale-targets.js';
import { isOneOf, watchFiles } from './watch/watch-files.js';
import { watch, type Edit } from './watch/watch.js';

/** How long what is under way may take to stop, in ms: Ctrl-C is to end the loop within 2 s. */
const stopWithinMs = 1200;

/**
 * Brings the project up and keeps it current until the signal.
 *
 * @returns `stopped`, or `anew` where settings changed in a way that wants another loop; nothing is under way any more
 */
export async function runLoop(first: LoopOptions, parts: LoopParts): Promise<'stopped' | 'anew'> {
  const ended = childController(parts.signal);
  const { signal } = ended;
  const { emit } = parts;
  let options = first;
  let anew = false;

  const modeOf = (target: string) => options.modes[target] ?? 'auto';
  const gate = new Gate(targetNames(options).map((target) => [target, modeOf(target)]));
  const lanes = startLanes(() => options, gate, { ...parts, signal }, Number.MAX_SAFE_INTEGER);
  parts.control?.(gate, (request) => obey(request, gate, lanes.serve, emit));

  let number = 0;
  let files: ChildController | undefined;
  const onError = ({ message, code }: NodeJS.ErrnoException) => {
    const limit = code === 'ENOSPC' || code === 'EMFILE';
    const next = limit ? 'Raise fs.inotify.max_user_watches and max_user_instances; the target doctor shows them.' : '';
    const told = `not every file can be watched: ${message}${next && `\n  → ${next}`}`;
    emit({ type: 'target', target: 'watch', state: 'error', message: told });
  };
  const onEdit = (edit: Edit) => {
    const changed = edit.files.map((file) => resolve(options.workspaceRoot, file));
    if (parts.settings?.paths.some((path) => changed.includes(path))) void onSettings(parts.settings, edit);
    const made = (options.secrets ?? []).filter(({ paths }) => changed.some((file) => isOneOf(paths, file)));
    const stale = [...new Set([...made.map(({ target }) => target), ...staleTargets(edit.files, options.inputs)])];
    if (!stale.length) return;
    number += 1;
    const work = { number, ...edit };
    emit({ type: 'edit', edit: number, files: edit.files, targets: stale });
    lanes.serve(new Map(gate.admit(stale, work).map((target) => [target, work])));
  };
  const watchByName = async () => {
    files?.abort();
    files = childController(signal);
    const paths = [...(parts.settings?.paths ?? []), ...(options.secrets ?? []).flatMap(({ paths }) => paths)];
    await watchFiles(paths, { workspaceRoot: options.workspaceRoot, signal: files.signal, onEdit, onError });
  };
  const onSettings = async (settings: SettingsFiles, edit: Edit) => {
    try {
      const { options: next, changed, anew: elsewhere } = await settings.read();
      emit({ type: 'target', target: 'dev-settings', state: 'ok' });
      if (signal.aborted || !changed.length) return;
      const { anew: otherwise, targets } = affected(options, next);
      const begin = elsewhere || otherwise;
      anew ||= begin;
      emit({ type: 'settings', options: changed, anew: begin });
      if (begin) return ended.abort();
      options = next;
      await watchByName();
      lanes.onOptions();
      number += 1;
      const work = { number, ...edit };
      const released = gate.setModes(options.modes, performance.now());
      const admitted = gate.admit(targets, work).map((target): [string, Work] => [target, work]);
      lanes.serve(new Map([...released, ...admitted]));
    } catch (error) {
      // What was there goes on.
      if (!signal.aborted) emit({ type: 'target', target: 'dev-settings', state: 'error', message: explain(error) });
    }
  };

  // Before anything is made, so that no edit is missed while the first of it is.
  const { workspaceRoot, inputs } = options;
  await Promise.all([
    watch({ workspaceRoot, roots: watchRoots(inputs.values()), signal, onEdit, onError }),
    watchByName(),
  ]);
  lanes.start();
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  await lanes.ended(stopWithinMs);
  return anew && !parts.signal.aborted ? 'anew' : 'stopped';
}

/** How long a one-shot run tries what fails in passing. */
const oncePatienceMs = 20_000;

/**
 * Brings the project up once and waits until it is healthy.
 *
 * @throws NxKubeError with the first failure
 */
export async function runOnce(options: LoopOptions, parts: LoopParts): Promise<void> {
  const verdict = new Verdict(targetNames(options));
  const emit: Emit = (event) => {
    parts.emit(event);
    verdict.onEvent(event);
  };
  const gate = new Gate(targetNames(options).map((target) => [target, 'auto']));
  // Nobody is there to use a forward or to read the log.
  const once = { ...options, portForwards: [], logs: false };
  const lanes: Lanes = startLanes(() => once, gate, { ...parts, emit }, oncePatienceMs);
  lanes.start();
  const timer = setTimeout(
    () => verdict.fail(`not healthy after ${Math.round(options.timeoutMs / 1000)} s`),
    options.timeoutMs,
  );
  const onAbort = () => verdict.fail('stopped');
  parts.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await verdict.reached;
  } finally {
    clearTimeout(timer);
    parts.signal.removeEventListener('abort', onAbort);
  }
}
