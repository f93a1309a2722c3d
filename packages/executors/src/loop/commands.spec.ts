import { describe, expect, it } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { obey, type Command } from './commands.js';
import { Gate, triggered, type Work } from './plan/gate.js';

function start() {
  const gate = new Gate([
    ['generate', 'auto'],
    ['go-build', 'auto'],
    ['kustomize-build', 'manual'],
  ]);
  const served: string[][] = [];
  const events: LoopEvent[] = [];
  const serve = (work: ReadonlyMap<string, Work>) =>
    void served.push([...work].map(([target, { number }]) => `${target} ${number}`));
  return {
    gate,
    served,
    events,
    ask: (request: Command) => obey(request, gate, serve, (event) => events.push(event)),
  };
}
const edit = { number: 1, files: ['a'], at: 0 };

describe('a command', () => {
  it('pauses everything where it names nothing, and resumes it in one pass, which keeps the order', () => {
    const { gate, served, events, ask } = start();
    ask({ verb: 'pause' });
    expect(gate.admit(['generate', 'go-build', 'kustomize-build'], edit)).toEqual([]);
    ask({ verb: 'resume' });
    expect(served).toEqual([['generate 1', 'go-build 1']]);
    expect(events.map((event) => event.type === 'command' && event.verb)).toEqual(['pause', 'resume']);
  });

  it('triggers what collected, and what did not', () => {
    const { gate, served, ask } = start();
    gate.admit(['kustomize-build'], edit);
    ask({ verb: 'trigger', targets: ['kustomize-build', 'go-build'] });
    expect(served).toEqual([['kustomize-build 1', `go-build ${triggered}`]]);
  });

  it('for a target that the loop has not is refused, with those that it has', () => {
    const { served, ask } = start();
    expect(() => ask({ verb: 'trigger', targets: ['go-build', 'none'] })).toThrow(
      expect.objectContaining({
        message: 'the loop has no target "none"',
        next: 'Use one of generate, go-build, kustomize-build.',
      }),
    );
    expect(served).toEqual([]);
  });
});
