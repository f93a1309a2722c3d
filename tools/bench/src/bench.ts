import { cpus, totalmem } from 'node:os';
import { editOf, findEditedFiles, type Edit } from './edits/edit.js';
import { isGo, type Kind } from './edits/kinds.js';
import { untilIdle } from './machine/busy.js';
import { Undo } from './machine/undo.js';
import type { BenchOptions } from './options.js';
import type { BenchParts } from './parts.js';
import type { Found, Report } from './report/report.js';
import type { Measured, Sample } from './report/sample.js';
import { byKind, headlines } from './report/summary.js';
import { copies, startTracks, type Tracks } from './tracks/tracks.js';
import { explain } from '@nx-kube/cluster';

/** Failures that end a run. A few must not: a cluster may fail temporarily, and a long run is valuable. */
const mostFailures = 3;

/**
 * Runs the benchmark in temporary copies of the examples and removes everything at the end. After a failure it reports
 * the samples taken so far.
 */
export async function bench(options: BenchOptions, control: BenchParts): Promise<Report> {
  const { cluster, progress, signal } = control;
  const started = new Date().toISOString();
  const found: Found = { samples: [], failures: [], binaryBytes: 0, goArguments: [] };
  const undo = new Undo();
  let ended: string | undefined;
  const end = (error: unknown) => (ended ??= explain(error));
  await measureAll(options, { ...control, undo }, found).catch(end);
  progress('Cleaning up.');
  await undo.run().catch(end);
  signal.throwIfAborted();
  return {
    project: options.project,
    started,
    machine: { processors: cpus().length, model: cpus()[0]?.model ?? '', memory: totalmem(), node: process.version },
    cluster: { context: cluster.context, server: cluster.server },
    ...found,
    kinds: byKind(found),
    headlines: headlines(found),
    ended,
  };
}

async function measureAll(options: BenchOptions, control: BenchParts & { undo: Undo }, found: Found): Promise<void> {
  const { project, kinds } = options;
  const workspaces = copies(project, control.undo);
  const files = findEditedFiles(workspaces.loop, project);
  const edits = schedule(kinds, options.edits).map((kind, number) => editOf(kind, number, files));
  const tracks = await startTracks(options, workspaces, control);
  found.goArguments = tracks.goArguments;
  try {
    await measure(edits, tracks, options, control, found);
  } finally {
    Object.assign(found, tracks.seen());
  }
}

/** Measures all edits into `found`. @throws the failure that exceeds the limit; `found` keeps the samples before it */
export async function measure(
  edits: Edit[],
  tracks: Pick<Tracks, 'measure' | 'settle'>,
  { liveUpdate, settleMs }: Pick<BenchOptions, 'liveUpdate' | 'settleMs'>,
  { signal, progress }: Pick<BenchParts, 'signal' | 'progress'>,
  { samples, failures }: Pick<Found, 'samples' | 'failures'>,
): Promise<void> {
  for (const [turn, edit] of edits.entries()) {
    const { kind, number, path } = edit;
    const sample: Omit<Sample, 'loop'> = { kind, edit: number, file: path, warmUp: turn === 0, order: [] };
    for (const what of order(kind, turn, liveUpdate)) {
      await tracks.settle(signal);
      sample.order.push({ what, busy: await untilIdle(settleMs, signal) });
      try {
        Object.assign(sample, await tracks.measure[what](edit));
      } catch (error) {
        signal.throwIfAborted();
        failures.push({ kind, edit: number, what, message: (error as Error).message });
        progress(`${what}: ${(error as Error).message}`);
        if (failures.length > mostFailures) throw error;
      }
    }
    if (hasLoop(sample)) samples.push(sample);
    progress(`${turn + 1}/${edits.length} ${brief(sample)}`);
  }
}

/**
 * Returns the kinds in turn, so that slow changes of the machine affect all kinds equally. The first edit is a warm-up.
 * Pure.
 */
export function schedule(kinds: Kind[], edits: number): Kind[] {
  const warmUp = kinds.find((kind) => isGo(kind) && !kind.startsWith('comment')) ?? kinds[0]!;
  return [warmUp, ...Array.from({ length: edits }, () => kinds).flat()];
}

/** Returns the order of the measurements of an edit. Each turn starts with another one. Pure. */
export function order(kind: Kind, turn: number, liveUpdate: boolean): Measured[] {
  if (!isGo(kind)) return ['loop'];
  const all: Measured[] = ['loop', 'bare build', ...(liveUpdate ? (['live update'] as const) : [])];
  const first = turn % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function hasLoop(sample: Partial<Sample>): sample is Sample {
  return sample.loop !== undefined;
}

function brief({ kind, loop, bareBuildMs, liveUpdate }: Partial<Sample>): string {
  const ms = (value: number | undefined) => (value === undefined ? '–' : `${Math.round(value)} ms`);
  const other = liveUpdate && liveUpdate.buildMs + liveUpdate.syncMs;
  const inLoop = loop ? `${loop.outcome} in ${ms(loop.toProcessMs)} (${loop.bytes} bytes)` : 'failed';
  return `${kind}: ${inLoop}, go build ${ms(bareBuildMs)}, live update ${ms(other)}`;
}
