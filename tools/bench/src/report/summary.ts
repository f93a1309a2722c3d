import type { Timings } from '@nx-kube/executors/events/events.js';
import { kindNames, type Kind } from '../edits/kinds.js';
import type { Memory, Sample } from './sample.js';
import { medianOf, middleHalf } from './statistics.js';
import type { Unit } from './units.js';

/** Medians over the edits of a kind. Ratios and differences are medians of the values per edit. Durations are in ms. */
export interface KindSummary {
  kind: Kind;
  edits: number;
  bareBuildMs?: number;
  toProcessMs: number;
  /** `toProcessMs` minus the bare `go build` of the same edit. */
  beyondMs?: number;
  /** First and third quartile of `beyondMs`. */
  beyondMiddleHalfMs?: [number, number];
  ledger: Timings;
  bytes: number;
  /** `bytes` as a share of the binary. */
  share: number;
  liveUpdate?: { buildMs: number; syncMs: number; totalMs: number; bytes: number };
  /** Time of the live update as a multiple of the loop's time. */
  ratio?: number;
}

/** One number with a goal. */
export interface Headline {
  name: string;
  /** Undefined if it was not measured. */
  value?: number;
  unit: Unit;
  /** Upper limit. */
  goal?: number;
  /** Undefined without a goal or a value. */
  met?: boolean;
}

export interface Measurements {
  samples: Sample[];
  /** Size (bytes) of the loop's binary. */
  binaryBytes: number;
  loopMemory?: Memory;
  agentMemory?: Memory;
}

/** Returns the sum of the ledger's steps up to the new process: the loop's own value for `toProcessMs`. */
export function ledgerToProcess({ watch = 0, build = 0, compare = 0, sync = 0, restart = 0 }: Timings): number {
  return watch + build + compare + sync + restart;
}

export function beyondBuild({ loop, bareBuildMs }: Sample): number | undefined {
  return bareBuildMs === undefined ? undefined : loop.toProcessMs - bareBuildMs;
}

export function liveUpdateMs({ liveUpdate }: Sample): number | undefined {
  return liveUpdate && liveUpdate.buildMs + liveUpdate.syncMs;
}

function ratio(sample: Sample): number | undefined {
  const other = liveUpdateMs(sample);
  return other === undefined ? undefined : other / sample.loop.toProcessMs;
}

/** Returns one summary for each measured kind, in the order of kinds. Pure. */
export function byKind({ samples, binaryBytes }: Measurements): KindSummary[] {
  const measured = samples.filter(({ warmUp }) => !warmUp);
  return kindNames.flatMap((kind) => {
    const own = measured.filter((sample) => sample.kind === kind);
    if (!own.length) return [];
    const bytes = medianOf(own, ({ loop }) => loop.bytes)!;
    return [
      {
        kind,
        edits: own.length,
        bareBuildMs: medianOf(own, ({ bareBuildMs }) => bareBuildMs),
        toProcessMs: medianOf(own, ({ loop }) => loop.toProcessMs)!,
        beyondMs: medianOf(own, beyondBuild),
        beyondMiddleHalfMs: middleHalf(own, beyondBuild),
        ledger: ledgerMedians(own),
        bytes,
        share: bytes / binaryBytes,
        liveUpdate: liveUpdateMedians(own),
        ratio: medianOf(own, ratio),
      },
    ];
  });
}

const steps = ['watch', 'build', 'compare', 'sync', 'restart', 'ready', 'total'] as const;

function ledgerMedians(samples: Sample[]): Timings {
  const entries = steps.map((step) => [step, medianOf(samples, ({ loop }) => loop.timings[step])]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Timings;
}

function liveUpdateMedians(samples: Sample[]): KindSummary['liveUpdate'] {
  const totalMs = medianOf(samples, liveUpdateMs);
  if (totalMs === undefined) return undefined;
  return {
    buildMs: medianOf(samples, ({ liveUpdate }) => liveUpdate?.buildMs)!,
    syncMs: medianOf(samples, ({ liveUpdate }) => liveUpdate?.syncMs)!,
    totalMs,
    bytes: medianOf(samples, ({ liveUpdate }) => liveUpdate?.bytes)!,
  };
}

/** Returns the numbers with goals, over all edits of Go code that changed the binary. Pure. */
export function headlines({ samples, binaryBytes, loopMemory, agentMemory }: Measurements): Headline[] {
  const measured = samples.filter(({ warmUp, bareBuildMs }) => !warmUp && bareBuildMs !== undefined);
  const delivered = measured.filter(({ loop }) => loop.outcome === 'delivered');
  const comments = measured.filter(({ kind }) => kind === 'comment');
  const shares = delivered.map(({ loop }) => loop.bytes / binaryBytes);
  const lines: Omit<Headline, 'met'>[] = [
    {
      name: 'From save to new process, beyond go build',
      unit: 'ms',
      value: medianOf(delivered, beyondBuild),
      goal: 600,
    },
    {
      name: 'The same by the ledger',
      unit: 'ms',
      value: medianOf(delivered, ({ loop, bareBuildMs }) => ledgerToProcess(loop.timings) - bareBuildMs!),
      goal: 600,
    },
    { name: 'Sent, of the binary', unit: 'share', value: medianOf(shares, (share) => share), goal: 0.15 },
    { name: 'Sent, of the binary, at most', unit: 'share', value: most(shares), goal: 0.15 },
    { name: 'Sent for an edited comment', unit: 'bytes', value: most(comments.map(({ loop }) => loop.bytes)), goal: 0 },
    { name: 'Memory of the loop', unit: 'bytes', value: loopMemory?.resident, goal: 250e6 },
    { name: 'Memory of the agent', unit: 'bytes', value: agentMemory?.resident, goal: 20e6 },
    { name: 'Time of a live update, as a multiple', unit: 'times', value: medianOf(delivered, ratio) },
  ];
  return lines.map((line) => ({
    ...line,
    ...(line.value !== undefined && line.goal !== undefined && { met: line.value <= line.goal }),
  }));
}

function most(values: number[]): number | undefined {
  return values.length ? Math.max(...values) : undefined;
}
