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
  it('runs every target but the image, whether its gate is open or not', () => {
    const loop = new Loop({ modes: { go: 'manual' } });
    expect(loop.on({ type: 'started' })).toEqual(['generate', 'secrets', 'go', 'yaml']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: 0, files: [], at: 101 }, reason: 'the loop starts' });
  });
});

describe('schedule: the first image', () => {
  it('waits for the binary and the manifests, whichever comes last', () => {
    const [one, other] = [new Loop(), new Loop()];
    [one, other].forEach((loop) => loop.on({ type: 'started' }));
    expect(one.on({ type: 'built' })).toEqual([]);
    expect(one.on({ type: 'rendered' })).toEqual(['image']);
    expect(one.reason).toBe('the binary and the manifests are there, so the first image can be made');
    expect(other.on({ type: 'rendered' })).toEqual([]);
    expect(other.on({ type: 'built' })).toEqual(['image']);
  });

  it('is tried again with the next binary, and with the next manifests, after it has failed', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    expect(loop.end('image', 'failed')).toEqual([]);
    expect(loop.on({ type: 'built' })).toEqual(['image']);
    loop.end('image', 'failed');
    expect(loop.on({ type: 'rendered' })).toEqual(['image']);
  });

  it('is made once more after the run under way, if it is wanted again while it is being made', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    expect(loop.on({ type: 'built' })).toEqual([]);
    expect(loop.end('image', 'failed')).toEqual(['image']);
    expect(loop.reason).toBe('the binary or the manifests changed while the first image was being made');
    expect(loop.end('image', 'failed')).toEqual([]);
  });

  it('is not made again for what changes while it is being made, once it is delivered', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    loop.on({ type: 'rendered' });
    loop.on({ type: 'built' });
    loop.on({ type: 'built' });
    loop.on({ type: 'images-delivered' });
    expect(loop.end('image')).toEqual([]);
  });

  it('stays the only one: a later binary and later manifests make no other image', () => {
    const loop = new Loop().bringUp();
    expect(loop.on({ type: 'built' })).toEqual([]);
    expect(loop.on({ type: 'rendered' })).toEqual([]);
  });
});

describe('schedule: an edit', () => {
  it('runs each of its targets at once where nothing waits', () => {
    const loop = new Loop().bringUp();
    expect(loop.edit('go', 'yaml')).toEqual(['go', 'yaml']);
    expect(loop.decisions[0]).toMatchObject({
      work: { number: 1, files: ['file-1'] },
      reason: 'edit 1 changed file-1',
    });
  });

  it('supersedes a run under way: the newer run starts at once', () => {
    const loop = new Loop().bringUp();
    loop.edit('go');
    expect(loop.edit('go')).toEqual(['go']);
    expect(loop.reason).toBe('edit 2 changed file-2; the run under way is superseded');
    expect(loop.end('go', 'superseded')).toEqual([]);
  });
});

describe('schedule: order within one edit', () => {
  const ordered = () => new Loop({ waitsFor: { go: ['generate'], image: ['go'] } }).bringUp();

  it('makes a target wait until what it depends on has ended, also where that is listed later', () => {
    const loop = ordered();
    expect(loop.edit('go', 'yaml', 'generate')).toEqual(['generate', 'yaml', 'wait go']);
    expect(loop.decisions[2]!.reason).toBe('edit 1 changed file-1; it waits for generate');
    expect(loop.end('yaml')).toEqual([]);
    expect(loop.end('generate')).toEqual(['go']);
    expect(loop.reason).toBe('generate has ended, and was all that it still waited for');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1 } });
  });

  it.each(['failed', 'superseded', 'crashed', 'unchanged'] as const)(
    'lets a target go on where what it waits for ended otherwise than well: %s',
    (outcome) => {
      const loop = ordered();
      loop.edit('generate', 'go');
      expect(loop.end('generate', outcome)).toEqual(['go']);
    },
  );

  it('does not wait for a target that the edit does not concern, though that is under way', () => {
    const loop = ordered();
    loop.edit('generate');
    expect(loop.edit('go')).toEqual(['go']);
  });

  it('holds through several steps', () => {
    const loop = ordered();
    expect(loop.edit('image', 'go', 'generate')).toEqual(['generate', 'wait go', 'wait image']);
    expect(loop.end('generate')).toEqual(['go']);
    expect(loop.end('go')).toEqual(['image']);
  });

  it('gives the place of a run that waits to that of a newer edit', () => {
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
  it('collects the edits of a paused target, and runs it once on resume with all of their files', () => {
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

  it('collects the edits of a manual target until it is triggered', () => {
    const loop = new Loop({ modes: { go: 'manual' } }).bringUp();
    expect(loop.edit('go')).toEqual(['collect go']);
    expect(loop.reason).toBe('its mode is manual');
    expect(loop.on({ type: 'triggered', targets: ['go'] })).toEqual(['go']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1, files: ['file-1'] }, reason: 'triggered' });
    expect(loop.gate.state('go')).toEqual({ mode: 'manual', paused: false, waiting: [] });
  });

  it('lets a trigger run a target that nothing has collected for', () => {
    const loop = new Loop().bringUp();
    expect(loop.on({ type: 'triggered', targets: ['go'] })).toEqual(['go']);
    expect(loop.decisions[0]).toMatchObject({ work: { number: triggered, files: [] } });
  });

  it('keeps the order where resume releases several targets', () => {
    const loop = new Loop({ waitsFor: { go: ['generate'] } }).bringUp();
    loop.on({ type: 'paused', targets: ['go', 'generate'] });
    loop.edit('go', 'generate');
    expect(loop.on({ type: 'resumed', targets: ['go', 'generate'] })).toEqual(['generate', 'wait go']);
  });

  it('also holds what the schedule itself wants to apply again', () => {
    const loop = new Loop().bringUp();
    loop.on({ type: 'paused', targets: ['yaml'] });
    expect(loop.on({ type: 'images-delivered' })).toEqual(['collect yaml']);
    expect(loop.on({ type: 'resumed', targets: ['yaml'] })).toEqual(['yaml']);
  });
});

describe('schedule: changed options', () => {
  it('run the targets that they concern, through the gate', () => {
    const loop = new Loop({ modes: { secrets: 'manual' } }).bringUp();
    expect(loop.setModes({ secrets: 'manual' }, 'yaml', 'secrets')).toEqual(['yaml', 'collect secrets']);
    expect(loop.decisions[0]!.reason).toBe('its options changed');
  });

  it('release what has collected for a target that is auto now, in order with the rest', () => {
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

  it('are applied again, once, when a process is ready: the controller is fixed', () => {
    const loop = failed();
    expect(loop.on({ type: 'ready' })).toEqual(['yaml']);
    expect(loop.reason).toBe('a process is ready, so what could not be applied is tried again');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 1, files: ['file-1'] } });
    expect(loop.on({ type: 'ready' })).toEqual([]);
  });

  it('are applied again when another binary is delivered', () => {
    const loop = failed();
    loop.edit('go');
    expect(loop.end('go', 'delivered')).toEqual(['yaml']);
    expect(loop.reason).toBe('the new binary is delivered, so what could not be applied is tried again');
    expect(loop.decisions[0]).toMatchObject({ work: { number: 2 } });
  });

  it.each(['unchanged', 'crashed', 'failed', 'superseded'] as const)(
    'are not applied again for a build that ends otherwise: %s',
    (outcome) => {
      const loop = failed();
      loop.edit('go');
      expect(loop.end('go', outcome)).toEqual([]);
    },
  );

  it('stay wanted while only a run that was superseded has ended', () => {
    const loop = failed();
    loop.edit('yaml');
    loop.edit('yaml');
    loop.end('yaml', 'superseded');
    expect(loop.on({ type: 'ready' })).toEqual(['yaml']);
  });

  it('are not applied again once they are applied, though the run goes on', () => {
    const loop = failed();
    loop.edit('yaml');
    loop.on({ type: 'applied' });
    expect(loop.on({ type: 'ready' })).toEqual([]);
  });

  it('are not applied again where an edit made them what the cluster has', () => {
    const loop = failed();
    loop.edit('yaml');
    loop.end('yaml', 'unchanged');
    expect(loop.on({ type: 'ready' })).toEqual([]);
  });
});

describe('schedule: images', () => {
  it('that are delivered again make the manifests be applied again', () => {
    const loop = new Loop().bringUp();
    loop.edit('image');
    expect(loop.on({ type: 'images-delivered' })).toEqual(['yaml']);
    expect(loop.reason).toBe('other images are delivered');
  });

  it('that are the first do not: the first manifests wait for them in their own run', () => {
    const loop = new Loop();
    loop.on({ type: 'started' });
    expect(loop.on({ type: 'images-delivered' })).toEqual([]);
  });
});

describe('schedule: work that no edit asked for', () => {
  it('belongs to the newest edit that a target ran for', () => {
    const loop = new Loop().bringUp();
    loop.edit('go');
    loop.edit('secrets');
    loop.on({ type: 'triggered', targets: ['go'] });
    loop.on({ type: 'images-delivered' });
    expect(loop.decisions[0]).toMatchObject({ target: 'yaml', work: { number: 2, files: ['file-2'] } });
  });
});
