import { describe, expect, it } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { obey, type Command } from './commands.js';
import { triggered } from './plan/gate.js';
import { next, schedule, type ScheduleEvent } from './plan/schedule.js';

function start() {
  const all = ['generate', 'go-build', 'kustomize-build'];
  let state = schedule({
    targets: { goBuild: 'go-build', kustomizeBuild: 'kustomize-build', imageBuild: 'image-build' },
    modes: all.map((target) => [target, target === 'kustomize-build' ? 'manual' : 'auto']),
  });
  const events: LoopEvent[] = [];
  const on = (event: ScheduleEvent): string[] => {
    const step = next(state, event, 0);
    ({ state } = step);
    return step.decisions.flatMap(({ does, target, work }) => (does === 'run' ? [`${target} ${work.number}`] : []));
  };
  const served: string[][] = [];
  return {
    served,
    events,
    edit: (...targets: string[]) => on({ type: 'edited', targets, work: { number: 1, files: ['a'], at: 0 } }),
    ask: (request: Command) =>
      obey(
        request,
        all,
        (event) => {
          const runs = on(event);
          if (runs.length) served.push(runs);
        },
        (event) => events.push(event),
      ),
  };
}

describe('obey', () => {
  it('a command without targets pauses all of them, or resumes them in one pass that keeps their order', () => {
    const { served, events, edit, ask } = start();
    ask({ verb: 'pause' });
    expect(edit('generate', 'go-build', 'kustomize-build')).toEqual([]);
    ask({ verb: 'resume' });
    expect(served).toEqual([['generate 1', 'go-build 1']]);
    expect(events.map((event) => event.type === 'command' && event.verb)).toEqual(['pause', 'resume']);
  });

  it('a trigger runs targets with collected edits and targets without any', () => {
    const { served, edit, ask } = start();
    edit('kustomize-build');
    ask({ verb: 'trigger', targets: ['kustomize-build', 'go-build'] });
    expect(served).toEqual([['kustomize-build 1', `go-build ${triggered}`]]);
  });

  it('a command for a target that the loop does not have is refused, with the names of its targets', () => {
    const { served, ask } = start();
    expect(() => ask({ verb: 'trigger', targets: ['go-build', 'none'] })).toThrow(
      expect.objectContaining({
        message: 'The loop has no target "none".',
        next: 'Use one of generate, go-build, kustomize-build.',
      }),
    );
    expect(served).toEqual([]);
  });
});
