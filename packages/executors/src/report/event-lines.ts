import type { LoopEvent } from '../events/events.js';
import { changedLines } from './changes.js';
import { leaseLines } from './lease-lines.js';
import { secretLines } from './secret-lines.js';

type Event<Type extends LoopEvent['type']> = LoopEvent & { type: Type };

/** Events whose lines depend on nothing but the event. */
type PlainType = Exclude<LoopEvent['type'], 'target' | 'progress' | 'ledger' | 'log'>;

const commandSigns = { pause: '‖', resume: '▶', trigger: '▶' };

/** The lines of each type of event for a person. Pure. */
const renderers: { [Type in PlainType]: (event: Event<Type>) => string[] } = {
  start: ({ project, context, server, leaves }) => [`${project} → ${context} (${server})`, leaves],
  edit: () => [],
  notice: ({ message }) => [`⚠ ${message}`],
  applied: ({ changes, forceWith }) => changedLines(changes, forceWith).map(below),
  secrets: (event) => {
    const changed = event.changes.filter(({ action }) => action !== 'unchanged');
    return secretLines(changed, event).map(below);
  },
  settings: ({ options, anew }) => [`⚙ ${options.join(', ')}${anew ? ': the loop restarts' : ''}`],
  pod: ({ pod, state, message }) => {
    if (state === 'connected' && message) return [below(`Pod/${pod}: ${message}`)];
    if (state === 'lost') return [`  Pod/${pod}: connection lost, connecting again`];
    return state === 'current' ? [`  Pod/${pod}: has the current binary`] : [];
  },
  process: ({ pod, state, message }) => {
    // Exits has the lines of a process that exited.
    return message && state === 'started' ? [`  Pod/${pod}: ${message}`] : [];
  },
  lease: leaseLines,
  forward: ({ name, address, state, message, waits }) => {
    if (state === 'ok') return [`⇄ ${address} → ${name}`];
    return [waits ? `… ${address} → ${name}: waits for a ready pod` : `✖ ${address} → ${name}: ${message}`];
  },
  debug: ({ state, changes = [], message }) => {
    if (state === 'on') return [indented('⏸ debugging changes the workload until it ends:', changes.join('\n'))];
    return [message === undefined ? '✔ debugging ended: the workload is as it was' : `✖ ${message}`];
  },
  command: ({ verb, targets }) => [`${commandSigns[verb]} ${verb} ${targets.join(', ')}`],
  healthy: () => ['✔ healthy'],
  waiting: ({ message }) => [`… not ready yet: ${message}`],
  unhealthy: ({ message }) => [indented('✖ not healthy', message)],
  cluster: ({ state }) => [
    state === 'reachable' ? '✔ the cluster answers again' : '… the cluster does not answer, trying again',
  ],
  stop: ({ reason }) => [reason],
};

/** The lines of an event for a person. Pure. */
export function eventLines<Type extends PlainType>(event: Event<Type>): string[] {
  return (renderers[event.type] as (event: Event<Type>) => string[])(event);
}

/** A title with a text indented below it, without the text's empty lines. */
export function indented(title: string, text: string): string {
  return [title, ...text.split('\n').filter(Boolean)].join('\n  ');
}

function below(line: string): string {
  return `  ${line}`;
}
