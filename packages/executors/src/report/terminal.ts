import type { Emit, LoopEvent } from '../events/events.js';
import { renderLine } from '../logs/render-line.js';
import { changedLines } from './changes.js';
import { leaseLines } from './lease-lines.js';
import { ledgerLine } from './ledger.js';
import { prefixed } from './prefixed.js';
import { secretLines } from './secret-lines.js';

/** How often a step that takes long says that it still goes on, in ms. */
const stillEveryMs = 5000;

const commandSigns = { pause: '‖', resume: '▶', trigger: '▶' };

/**
 * Lines for a person. What failed is shown when it fails, and named again below each later edit until it is mended.
 *
 * @returns the reader, and how to end it (it keeps a timer while something is under way)
 */
export function terminalReporter(
  write: (text: string) => void,
  { rawLogs = false }: { /** Show log lines as they are. */ rawLogs?: boolean } = {},
): { emit: Emit; end: () => void } {
  /** By target: what is wrong with it now. */
  const broken = new Map<string, string>();
  /** By target: since when it is being made, and what it said last. */
  const underWay = new Map<string, { since: number; last: string }>();
  const still = setInterval(() => {
    for (const [target, { since, last }] of underWay) {
      const seconds = Math.round((performance.now() - since) / 1000);
      if (seconds >= stillEveryMs / 1000) line(`… ${target}: ${seconds} s${last && ` · ${last}`}`);
    }
  }, stillEveryMs);
  still.unref();
  const line = (text: string) => write(`${text}\n`);

  /** What the process that died last had written at its end: it is shown with its death, so not again with what that broke. */
  let lastWords = '';
  const onTarget = ({ target, state, message }: LoopEvent & { type: 'target' }) => {
    if (state === 'in_progress') underWay.set(target, { since: performance.now(), last: '' });
    else underWay.delete(target);
    if (state === 'error' && message !== undefined) {
      const news = lastWords && message.endsWith(lastWords) ? message.slice(0, -lastWords.length) : message;
      if (broken.get(target) !== message) line(indented(`✖ ${target}`, news));
      broken.set(target, message);
    }
    if (state === 'ok' && broken.delete(target)) line(`✔ ${target}: mended`);
  };

  const emit: Emit = (event) => {
    switch (event.type) {
      case 'start':
        line(`${event.project} → ${event.context} (${event.server})`);
        return line(event.leaves);
      case 'target':
        return onTarget(event);
      case 'progress': {
        const step = underWay.get(event.target);
        if (step) step.last = event.message;
        return;
      }
      case 'ledger':
        if (event.entry.outcome !== 'superseded') line(ledgerLine(event.edit, event.files, event.entry));
        for (const [target, message] of broken) {
          if (target !== event.entry.target) line(`  still broken: ${target}: ${message.split('\n')[0]}`);
        }
        return;
      case 'applied':
        return changedLines(event.changes).forEach((change) => line(`  ${change}`));
      case 'secrets':
        return secretLines(
          event.changes.filter(({ action }) => action !== 'unchanged'),
          event,
        ).forEach((said) => line(`  ${said}`));
      case 'settings':
        return line(`⚙ ${event.options.join(', ')}${event.anew ? ': the loop begins anew' : ''}`);
      case 'pod':
        if (event.state === 'lost') line(`  Pod/${event.pod}: connection lost, connecting again`);
        if (event.state === 'current') line(`  Pod/${event.pod}: has the current binary`);
        return;
      case 'process':
        if (event.state === 'exited') {
          lastWords = (event.lastLines ?? []).map((said) => `\n  ${said}`).join('');
          line(`✖ Pod/${event.pod}: the process ${event.message}${lastWords}`);
        }
        if (event.message && event.state === 'started') line(`  Pod/${event.pod}: ${event.message}`);
        return;
      case 'lease':
        return leaseLines(event).forEach(line);
      case 'log':
        return line(prefixed(event.pod, rawLogs ? event.line : renderLine(event.line)));
      case 'debug':
        if (event.state === 'on')
          line(indented('⏸ debugging changes the workload until it ends:', event.changes?.join('\n') ?? ''));
        else line(event.message === undefined ? '✔ debugging ended: the workload is as it was' : `✖ ${event.message}`);
        return;
      case 'forward':
        return line(
          event.state === 'ok'
            ? `⇄ ${event.address} → ${event.name}`
            : `✖ ${event.address} → ${event.name}: ${event.message}`,
        );
      case 'command':
        return line(`${commandSigns[event.verb]} ${event.verb} ${event.targets.join(', ')}`);
      case 'healthy':
        return line('✔ healthy');
      case 'unhealthy':
        return line(indented('✖ not healthy', event.message));
      case 'cluster':
        return line(
          event.state === 'reachable' ? '✔ the cluster answers again' : '… the cluster does not answer, trying again',
        );
      case 'stop':
        return line(event.reason);
      case 'edit':
        return;
    }
  };
  return { emit, end: () => clearInterval(still) };
}

function indented(title: string, text: string): string {
  return [title, ...text.split('\n').filter(Boolean)].join('\n  ');
}
