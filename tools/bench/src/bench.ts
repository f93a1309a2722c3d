import type { Cluster } from '@nx-kube/cluster';
import { cpus, totalmem } from 'node:os';
import { editOf, findEditedFiles, type Edit } from './edits/edit.js';
import { isGo, type Kind } from './edits/kinds.js';
import { untilIdle } from './machine/busy.js';
import { Undo } from './machine/undo.js';
import type { BenchOptions } from './options.js';
import type { Measured, Sample } from './report/sample.js';
import { byKind, headlines, type Headline, type KindSummary, type Measurements } from './report/summary.js';
import { copies, startTracks, type Tracks } from './tracks/tracks.js';

export interface Report extends Measurements {
  project: string;
  /** When the run began, RFC 3339. */
  started: string;
  machine: { processors: number; model: string; memory: number; node: string };
  cluster: { context: string; server: string };
  /** Arguments of the bare `go build`. */
  goArguments: string[];
  kinds: KindSummary[];
  headlines: Headline[];
  /** Measurements that came to nothing; they are missing from their samples. */
  failures: Failure[];
}

export interface Failure {
  kind: Kind;
  edit: number;
  what: Measured;
  message: string;
}

/** A cluster may fail in passing, and a long run is worth more than one measurement; but not many. */
const mostFailures = 3;

export interface BenchControl {
  cluster: Cluster;
  signal: AbortSignal;
  progress: (message: string) => void;
}

/** Runs the benchmark in temporary copies of the examples, and removes everything again, also where it fails. */
export async function bench(options: BenchOptions, control: BenchControl): Promise<Report> {
  const { project, kinds } = options;
  const { cluster, progress } = control;
  const started = new Date().toISOString();
  const undo = new Undo();
  try {
    const workspaces = copies(project, undo);
    const files = findEditedFiles(workspaces.loop, project);
    const edits = schedule(kinds, options.edits).map((kind, number) => editOf(kind, number, files));
    const tracks = await startTracks(options, workspaces, { ...control, undo });
    const { samples, failures } = await measure(edits, tracks, options, control);
    const measurements = { samples, ...tracks.seen() };
    return {
      project,
      started,
      machine: { processors: cpus().length, model: cpus()[0]?.model ?? '', memory: totalmem(), node: process.version },
      cluster: { context: cluster.context, server: cluster.server },
      goArguments: tracks.goArguments,
      ...measurements,
      kinds: byKind(measurements),
      headlines: headlines(measurements),
      failures,
    };
  } finally {
    progress('cleaning up');
    await undo.run();
  }
}

async function measure(
  edits: Edit[],
  tracks: Tracks,
  { liveUpdate, settleMs }: BenchOptions,
  { signal, progress }: BenchControl,
): Promise<{ samples: Sample[]; failures: Failure[] }> {
  const samples: Sample[] = [];
  const failures: Failure[] = [];
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
  return { samples, failures };
}

/** Kinds in turn, so that whatever changes over time changes for all of them; the first edit is a warm-up. Pure. */
export function schedule(kinds: Kind[], edits: number): Kind[] {
  const warmUp = kinds.find((kind) => isGo(kind) && !kind.startsWith('comment')) ?? kinds[0]!;
  return [warmUp, ...Array.from({ length: edits }, () => kinds).flat()];
}

/** What is measured of an edit, each time another one first. Pure. */
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
