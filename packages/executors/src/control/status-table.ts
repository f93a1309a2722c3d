import { duration } from '../format/units.js';
import type { LoopStatus, TargetStatus } from './messages.js';

/** How the loop stands, for a person. Pure. */
export function statusTable({ project, context, healthy, message, targets, forwards, pods }: LoopStatus): string {
  const rows = targets.map((target) => [target.target, gateOf(target), stateOf(target), lastOf(target)]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return [
    `${project} in ${context}: ${healthy ? 'healthy' : `not healthy${message ? `: ${message}` : ''}`}`,
    ...rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()),
    ...targets.flatMap(({ target, message: problem }) => (problem ? [`  ${target}: ${problem}`] : [])),
    ...forwards.map(
      ({ name, address, state, message: problem, waits }) =>
        `  ${address} → ${name} ${waits ? 'waits' : state}${problem ? `: ${problem}` : ''}`,
    ),
    ...pods.map(({ pod, state, digest }) => `  Pod/${pod} ${state}${digest ? ` ${digest.slice(0, 19)}` : ''}`),
  ].join('\n');
}

function stateOf({ state, waitsFor }: TargetStatus): string {
  return waitsFor === undefined ? state : `waits for ${waitsFor}`;
}

function gateOf({ mode, paused, waiting }: TargetStatus): string {
  const state = paused ? 'paused' : mode;
  return waiting.length ? `${state}, ${waiting.length} ${waiting.length === 1 ? 'file' : 'files'} waiting` : state;
}

function lastOf({ last }: TargetStatus): string {
  if (!last) return '';
  const what = last.edit > 0 ? `#${last.edit}` : last.edit === 0 ? 'start' : 'triggered';
  return `${what} ${last.outcome} in ${duration(last.totalMs)}`;
}
