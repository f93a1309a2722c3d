import { describe, expect, it } from 'vitest';
import type { Entry } from '../../events/events.js';
import { triggered, type TriggerMode } from './gate.js';
import { next, schedule, type Decision, type ScheduleEvent, type ScheduleState } from './schedule.js';

/** A loop with its three targets and two more, which waits for nothing but the schedule. */
class Loop {
  #state: ScheduleState;
  #now = 100;
  #edits = 0;
  #last: Decision[] = [];

  constructor(options: { waitsFor?: Record<string, string[]>; modes?: Record<string, TriggerMode> } = {}) {
    const { waitsFor = {}, modes = {} } = options;
    this.#state = schedule({
      targets: { goBuild: 'go', kustomizeBuild: 'yaml', imageBuild: 'image' },
      modes: ['generate', 'secrets', 'go', 'yaml', 'image'].map((target) => [target, modes[target] ?? 'auto']),
      waitsFor: new Map(Object.entries(waitsFor)),
    });
  }

  get gate() {
    return this.#state.gate;
  }

  /** The decisions of the last event, with all that they say. */
  get decisions() {
    return this.#last;
  }

  /** The reason of the last event's only decision. */
  get reason() {
    expect(this.#last).toHaveLength(1);
    return this.#last[0]!.reason;
  }

  /**
   * Gives the schedule an event. @returns the decisions: `go` for a run that starts, `wait go`, `collect go`, `drop go`
   */
  on(event: ScheduleEvent): string[] {
    this.#now += 1;
    const { state, decisions } = next(this.#state, event, this.#now);
    this.#state = state;
    this.#last = decisions;
    return decisions.map(({ does, target }) => (does === 'run' ? target : `${does} ${target}`));
  }

  edit(...targets: string[]): string[] {
    this.#edits += 1;
    const work = { number: this.#edits, files: [`file-${this.#edits}`], at: this.#now };
    return this.on({ type: 'edited', targets, work });
  }

  setModes(modes: Record<string, TriggerMode>, ...targets: string[]): string[] {
    this.#edits += 1;
    const work = { number: this.#edits, files: ['dev-settings.yaml'], at: this.#now };
    return this.on({ type: 'options-changed', targets, modes, work });
  }

  /** Ends the oldest run of a target that is under way. */
  end(target: string, outcome: Entry['outcome'] = 'delivered'): string[] {
    const run = [...this.#state.queue.running].find(([, other]) => other === target)![0];
    return this.on({ type: 'ended', run, outcome });
  }

  /** Goes on until everything is in the cluster. */
  bringUp(): this {
    this.on({ type: 'started' });
    this.on({ type: 'rendered' });
    this.on({ type: 'built' });
    this.on({ type: 'images-delivered' });
    this.on({ type: 'applied' });
    for (const target of ['generate', 'secrets', 'image', 'yaml', 'go']) this.end(target);
    return this;
  }
}

describe('schedule: the start', () => {
  it('the start runs every target except the image, whether its gate is open or closed', () => {
    const loop = new Loop({ modes: { go: 'manual' } });
    expect(loop.on({ type: 'started' })).toEqual(['generate', 'secrets', 'go', 'yaml']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: 0, files: [], at: 101 }, reason: 'the loop starts' });
  });
});

describe('schedule: the first image', () => {
  it('the first image waits for both the binary and the manifests, in either order', () => {
    const [one, other] = [new Loop(), new Loop()];
    [one, other].forEach((loop) => loop.on({ type: 'started' }));
    expect(one.on({ type: 'built' })).toEqual([]);
    expect(one.on({ type: 'rendered' })).toEqual(['image']);
    expect(one.reason).toBe('the binary and the manifests are there, so the first image can be made');
    expect(other.on({ type: 'rendered' })).toEqual([]);
    expect(other.on({ type: 'built' })).toEqual(['image']);
  });

  it('a failed first image is tried again with the next binary and with the next manifests', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    expect(loop.end('image', 'failed')).toEqual([]);
    expect(loop.on({ type: 'built' })).toEqual(['image']);
    loop.end('image', 'failed');
    expect(loop.on({ type: 'rendered' })).toEqual(['image']);
  });

  it('the first image runs once more after a failed run if the binary or the manifests changed during that run', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    expect(loop.on({ type: 'built' })).toEqual([]);
    expect(loop.end('image', 'failed')).toEqual(['image']);
    expect(loop.reason).toBe('the binary or the manifests changed while the first image was being made');
    expect(loop.end('image', 'failed')).toEqual([]);
  });

  it('a delivered first image does not run again for changes during its run', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    loop.on({ type: 'built' });
    loop.on({ type: 'images-delivered' });
    expect(loop.end('image')).toEqual([]);
  });

  it('the first image makes manifests run again that failed before it, as what was missing may be there now', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    loop.end('yaml', 'failed');
    expect(loop.on({ type: 'images-delivered' })).toEqual(['yaml']);
    expect(loop.reason).toBe('the first images are delivered, so what could not be applied is tried again');
  });

  it('the first image makes no other run of manifests that wait for it, although an earlier run failed', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    loop.end('yaml', 'failed');
    loop.edit('yaml');
    expect(loop.on({ type: 'images-delivered' })).toEqual([]);
  });

  it('a later binary and later manifests do not run the image again after the first image is delivered', () => {
    const loop = new Loop().bringUp();
    expect(loop.on({ type: 'built' })).toEqual([]);
    expect(loop.on({ type: 'rendered' })).toEqual([]);
  });
});

describe('schedule: an edit', () => {
  it('an edit runs each of its targets at once if no dependency holds them back', () => {
    const loop = new Loop().bringUp();
    expect(loop.edit('go', 'yaml')).toEqual(['go', 'yaml']);
    expect(loop.decisions[0]).toMatchObject({
      work: { number: 1, files: ['file-1'] },
      reason: 'edit 1 changed file-1',
    });
  });

  it('a newer edit supersedes the running target and starts its own run at once', () => {
    const loop = new Loop().bringUp();
    loop.edit('go');
    expect(loop.edit('go')).toEqual(['go']);
    expect(loop.reason).toBe('edit 2 changed file-2; the run under way is superseded');
    expect(loop.end('go', 'superseded')).toEqual([]);
  });
});

describe('schedule: order within one edit', () => {
  const ordered = () => new Loop({ waitsFor: { go: ['generate'], image: ['go'] } }).bringUp();

  it('a target waits until its dependency in the same edit has ended, in whichever order the edit lists them', () => {
    const loop = ordered();
    expect(loop.edit('go', 'yaml', 'generate')).toEqual(['generate', 'yaml', 'wait go']);
    expect(loop.decisions[2]!.reason).toBe('edit 1 changed file-1; it waits for generate');
    expect(loop.end('yaml')).toEqual([]);
    expect(loop.end('generate')).toEqual(['go']);
    expect(loop.reason).toBe('generate has ended, and was all that it still waited for');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1 } });
  });

  it.each(['failed', 'superseded', 'crashed', 'unchanged'] as const)(
    'a waiting target also runs when the run of its dependency has ended as %s',
    (outcome) => {
      const loop = ordered();
      loop.edit('generate', 'go');
      expect(loop.end('generate', outcome)).toEqual(['go']);
    },
  );

  it('a target does not wait for a running dependency that its own edit does not concern', () => {
    const loop = ordered();
    loop.edit('generate');
    expect(loop.edit('go')).toEqual(['go']);
  });

  it('a chain of dependent targets runs one after the other', () => {
    const loop = ordered();
    expect(loop.edit('image', 'go', 'generate')).toEqual(['generate', 'wait go', 'wait image']);
    expect(loop.end('generate')).toEqual(['go']);
    expect(loop.end('go')).toEqual(['image']);
  });

  it('a newer edit replaces the waiting run of the same target', () => {
    const loop = ordered();
    loop.edit('generate', 'go', 'image');
    expect(loop.edit('generate', 'go')).toEqual(['drop go', 'generate', 'wait go']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1 }, reason: 'a newer edit takes its place' });
    expect(loop.end('generate', 'superseded')).toEqual([]);
    expect(loop.end('generate')).toEqual(['go']);
    // The image of the first edit has waited on, for the newer binary.
    expect(loop.end('go')).toEqual(['image']);
  });
});

describe('schedule: a closed gate', () => {
  it('a paused target collects edits and runs once on resume, with the files of all of them', () => {
    const loop = new Loop().bringUp();
    expect(loop.on({ type: 'paused', targets: ['go'] })).toEqual([]);
    expect(loop.edit('go', 'yaml')).toEqual(['yaml', 'collect go']);
    expect(loop.decisions[1]!.reason).toBe('it is paused');
    loop.edit('go');
    expect(loop.on({ type: 'resumed', targets: ['go', 'yaml'] })).toEqual(['go']);
    expect(loop.reason).toBe('resumed, with file-1 and 1 more file');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 2, files: ['file-1', 'file-2'] } });
    expect(loop.on({ type: 'resumed', targets: ['go'] })).toEqual([]);
  });

  it('a manual target collects edits until it is triggered', () => {
    const loop = new Loop({ modes: { go: 'manual' } }).bringUp();
    expect(loop.edit('go')).toEqual(['collect go']);
    expect(loop.reason).toBe('its mode is manual');
    expect(loop.on({ type: 'triggered', targets: ['go'] })).toEqual(['go']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1, files: ['file-1'] }, reason: 'triggered' });
    expect(loop.gate.state('go')).toEqual({ mode: 'manual', paused: false, waiting: [] });
  });

  it('a trigger runs a target that has collected no edits', () => {
    const loop = new Loop().bringUp();
    expect(loop.on({ type: 'triggered', targets: ['go'] })).toEqual(['go']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: triggered, files: [] } });
  });

  it('a resume that releases several targets runs them in dependency order', () => {
    const loop = new Loop({ waitsFor: { go: ['generate'] } }).bringUp();
    loop.on({ type: 'paused', targets: ['go', 'generate'] });
    loop.edit('go', 'generate');
    expect(loop.on({ type: 'resumed', targets: ['go', 'generate'] })).toEqual(['generate', 'wait go']);
  });

  it('a paused target also collects the runs that the schedule itself starts', () => {
    const loop = new Loop().bringUp();
    loop.on({ type: 'paused', targets: ['yaml'] });
    expect(loop.on({ type: 'images-delivered' })).toEqual(['collect yaml']);
    expect(loop.on({ type: 'resumed', targets: ['yaml'] })).toEqual(['yaml']);
  });
});

describe('schedule: changed options', () => {
  it('changed options run the targets that they concern, unless a gate is closed', () => {
    const loop = new Loop({ modes: { secrets: 'manual' } }).bringUp();
    expect(loop.setModes({ secrets: 'manual' }, 'yaml', 'secrets')).toEqual(['yaml', 'collect secrets']);
    expect(loop.decisions[0]!.reason).toBe('its options changed');
  });

  it('changed options that set a target to auto release its collected edits, in dependency order with the other targets', () => {
    const loop = new Loop({ modes: { generate: 'manual' }, waitsFor: { go: ['generate'] } }).bringUp();
    loop.edit('generate');
    expect(loop.setModes({}, 'go')).toEqual(['generate', 'wait go']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1 }, reason: 'its mode is auto now' });
  });
});

describe('schedule: manifests that the cluster does not have', () => {
  const failed = () => {
    const loop = new Loop().bringUp();
    loop.edit('yaml');
    loop.end('yaml', 'failed');
    return loop;
  };

  it('failed manifests are applied again once when a process becomes ready', () => {
    const loop = failed();
    expect(loop.on({ type: 'ready' })).toEqual(['yaml']);
    expect(loop.reason).toBe('a process is ready, so what could not be applied is tried again');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1, files: ['file-1'] } });
    expect(loop.on({ type: 'ready' })).toEqual([]);
  });

  const work = { number: 1, files: ['file-1'], at: 1 };

  it('a failed delivery is tried again when its time has come, for the same edit', () => {
    const loop = failed();
    expect(loop.on({ type: 'retry-due', target: 'yaml', work })).toEqual(['yaml']);
    expect(loop.decisions[0]).toMatchObject({ retry: true, work: { number: 1, files: ['file-1'] } });
    expect(loop.decisions[0]).not.toHaveProperty('work.at', 1);
  });

  it('a failed delivery is not tried again while a newer run is under way, or while its target is paused', () => {
    const loop = failed();
    loop.edit('yaml');
    expect(loop.on({ type: 'retry-due', target: 'yaml', work })).toEqual([]);
    loop.end('yaml', 'failed');
    loop.on({ type: 'paused', targets: ['yaml'] });
    expect(loop.on({ type: 'retry-due', target: 'yaml', work })).toEqual([]);
  });

  it('failed manifests are applied again when another binary is delivered', () => {
    const loop = failed();
    loop.edit('go');
    expect(loop.end('go', 'delivered')).toEqual(['yaml']);
    expect(loop.reason).toBe('the new binary is delivered, so what could not be applied is tried again');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 2 } });
  });

  it.each(['unchanged', 'crashed', 'failed', 'superseded'] as const)(
    'failed manifests are not applied again when a build ends as %s',
    (outcome) => {
      const loop = failed();
      loop.edit('go');
      expect(loop.end('go', outcome)).toEqual([]);
    },
  );

  it('failed manifests are still applied again after a newer run of them was superseded', () => {
    const loop = failed();
    loop.edit('yaml');
    loop.edit('yaml');
    loop.end('yaml', 'superseded');
    expect(loop.on({ type: 'ready' })).toEqual(['yaml']);
  });

  it('failed manifests are not applied again after a newer run has applied them, even while that run goes on', () => {
    const loop = failed();
    loop.edit('yaml');
    loop.on({ type: 'applied' });
    expect(loop.on({ type: 'ready' })).toEqual([]);
  });

  it('failed manifests are not applied again after an edit made them equal to those in the cluster', () => {
    const loop = failed();
    loop.edit('yaml');
    loop.end('yaml', 'unchanged');
    expect(loop.on({ type: 'ready' })).toEqual([]);
  });
});

describe('schedule: images', () => {
  it('an image with an older binary, which other containers run, causes another apply of the manifests', () => {
    const loop = new Loop().bringUp();
    expect(loop.on({ type: 'image-outdated' })).toEqual(['yaml']);
    expect(loop.decisions[0]!.reason).toBe('other containers run the image, and its binary changed');
  });

  it('a closed gate does not show the files of a binary that outdated an image', () => {
    const loop = new Loop().bringUp();
    loop.on({ type: 'paused', targets: ['yaml'] });
    loop.edit('go');
    loop.on({ type: 'image-outdated' });
    expect(loop.decisions.map(({ does }) => does)).toEqual(['collect']);
    expect(loop.gate.state('yaml').waiting).toEqual([]);
  });

  it('images that are delivered again cause another apply of the manifests', () => {
    const loop = new Loop().bringUp();
    loop.edit('image');
    expect(loop.on({ type: 'images-delivered' })).toEqual(['yaml']);
    expect(loop.reason).toBe('other images are delivered');
  });

  it('the first images do not cause another apply, as the first run of the manifests waits for them', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    expect(loop.on({ type: 'images-delivered' })).toEqual([]);
  });
});

describe('schedule: work that no edit asked for', () => {
  it('a run that no edit asked for counts towards the newest edit that a target ran for', () => {
    const loop = new Loop().bringUp();
    loop.edit('go');
    loop.edit('secrets');
    loop.on({ type: 'triggered', targets: ['go'] });
    loop.on({ type: 'images-delivered' });
    expect(loop.decisions[0]).toMatchObject({ target: 'yaml', work: { number: 2, files: ['file-2'] } });
  });
});

describe('schedule: objects that someone else has deleted', () => {
  const lost = { type: 'lost', targets: ['yaml', 'secrets'] } as const;

  it('lost objects alone make nothing run', () =>
    expect(new Loop().bringUp().on({ ...lost, targets: [...lost.targets] })).toEqual([]));

  it('any edit also runs the targets that have lost objects, and they deliver in any case', () => {
    const loop = new Loop().bringUp();
    loop.on({ ...lost, targets: [...lost.targets] });
    expect(loop.edit('go')).toEqual(['go', 'secrets', 'yaml']);
    expect(loop.decisions.map(({ always }) => always)).toEqual([undefined, true, true]);
    expect(loop.decisions[2]!.reason).toBe('objects that it applied were deleted');
  });

  it('a trigger of any target also runs the targets that have lost objects', () => {
    const loop = new Loop().bringUp();
    loop.on({ type: 'lost', targets: ['yaml'] });
    expect(loop.on({ type: 'triggered', targets: ['go'] })).toEqual(['go', 'yaml']);
  });

  it('a target whose gate is closed collects the edit instead', () => {
    const loop = new Loop({ modes: { yaml: 'manual' } }).bringUp();
    loop.on({ type: 'lost', targets: ['yaml'] });
    expect(loop.edit('go')).toEqual(['go', 'collect yaml']);
  });

  it('an edit runs only its own targets once nothing is lost any more', () => {
    const loop = new Loop().bringUp();
    loop.on({ type: 'lost', targets: ['yaml'] });
    loop.on({ type: 'lost', targets: [] });
    expect(loop.edit('go')).toEqual(['go']);
  });

  it('a trigger delivers in any case', () => {
    const loop = new Loop().bringUp();
    loop.on({ type: 'triggered', targets: ['yaml'] });
    expect(loop.decisions).toMatchObject([{ target: 'yaml', always: true }]);
  });
});
