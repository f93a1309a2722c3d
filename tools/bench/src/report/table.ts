import type { Failure } from './sample.js';
import { failureLine } from './shortfalls.js';
import type { Headline, KindSummary } from './summary.js';
import { shown } from './units.js';

/** Formats the report for a terminal: numbers with limits, one line per kind, ledger steps, and failures. Pure. */
export function tables(kinds: KindSummary[], headlines: Headline[], failures: Failure[]): string {
  return [
    table(
      ['', 'measured', 'limit', ''],
      headlines.map(({ name, value, unit, goal, met }) => [
        name,
        shown(value, unit),
        goal === undefined ? '' : `≤ ${shown(goal, unit)}`,
        met === undefined ? '' : met ? 'met' : 'missed',
      ]),
    ),
    table(
      [
        'medians',
        'edits',
        'go build',
        'save → process',
        'beyond',
        'half of them',
        'sent',
        'of binary',
        'live update',
        'sent',
        'ratio',
      ],
      kinds.map(
        ({
          kind,
          edits,
          bareBuildMs,
          toProcessMs,
          beyondMs,
          beyondMiddleHalfMs: half,
          bytes,
          share,
          liveUpdate,
          ratio,
        }) => [
          kind,
          String(edits),
          shown(bareBuildMs, 'ms'),
          shown(toProcessMs, 'ms'),
          shown(beyondMs, 'ms'),
          half ? half.map((ms) => shown(ms, 'ms')).join(' … ') : '–',
          shown(bytes, 'bytes'),
          shown(share, 'share'),
          shown(liveUpdate?.totalMs, 'ms'),
          shown(liveUpdate?.bytes, 'bytes'),
          shown(ratio, 'times'),
        ],
      ),
    ),
    table(
      ['ledger', 'watch', 'build', 'compare', 'sync', 'restart', 'ready', 'total'],
      kinds.map(({ kind, ledger: { watch, build, compare, sync, restart, ready, total } }) => [
        kind,
        ...[watch, build, compare, sync, restart, ready, total].map((ms) => shown(ms, 'ms')),
      ]),
    ),
    ...(failures.length ? [['failed, and left out above', ...failures.map(failureLine)].join('\n')] : []),
  ].join('\n\n');
}

/** Formats columns as wide as their content. The first is aligned left, the others right. Pure. */
export function table(head: string[], rows: string[][]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
