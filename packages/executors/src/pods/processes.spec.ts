import { describe, expect, it } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { Processes } from './processes.js';

const connected = (pod = 'a', digest = 'one'): LoopEvent => ({ type: 'pod', pod, state: 'connected', digest });
const current = (digest: string): LoopEvent => ({ type: 'pod', pod: 'a', state: 'current', digest });
const pod = (state: 'lost' | 'gone'): LoopEvent => ({ type: 'pod', pod: 'a', state });
const started: LoopEvent = { type: 'process', pod: 'a', state: 'started' };
const ready: LoopEvent = { type: 'process', pod: 'a', state: 'ready' };
const exited = (pid: number): LoopEvent => ({
  ...{ type: 'process', pod: 'a', state: 'exited', pid },
  ...{ message: 'exited with code 2', lastLines: ['panic: no'] },
});

/** Events at times in ms. */
const after = (...events: [at: number, event: LoopEvent][]) => {
  const processes = new Processes();
  events.forEach(([at, event]) => processes.onEvent(event, at));
  return processes;
};
const crashing = (...events: [number, LoopEvent][]) => after(...events).crashing.map(({ pod }) => pod);

describe('Processes', () => {
  it.each<[string, [number, LoopEvent][], number | undefined]>([
    ['at once when no process is known', [], 0],
    ['a while after the connect', [[0, connected()]], 1500],
    [
      'a while after the start of the process',
      [
        [0, connected()],
        [400, started],
      ],
      1900,
    ],
    [
      'at once when the process is ready',
      [
        [0, connected()],
        [400, ready],
      ],
      0,
    ],
    [
      'when the last process has run for a while',
      [
        [0, connected()],
        [300, connected('b')],
      ],
      1800,
    ],
    [
      'at no known time while the process is dead',
      [
        [0, connected()],
        [10, exited(1)],
      ],
      undefined,
    ],
    [
      'later after a crash',
      [
        [0, connected()],
        [10, exited(1)],
        [500, started],
      ],
      10_000,
    ],
    [
      'at no known time while the connection is cut',
      [
        [0, connected()],
        [10, pod('lost')],
      ],
      undefined,
    ],
    [
      'at once when the pod is gone',
      [
        [0, connected()],
        [10, exited(1)],
        [20, pod('gone')],
      ],
      0,
    ],
  ])('the processes settle %s', (_, events, left) => expect(after(...events).settlesIn(500)).toBe(left));

  it('the processes have settled after a while without events', () =>
    expect(after([0, connected()]).settlesIn(2000)).toBe(0));

  it('a process counts as crashing from its second crash in a row, with its last lines', () => {
    expect(crashing([0, connected()], [10, exited(1)])).toEqual([]);
    expect(after([0, connected()], [10, exited(1)], [500, started], [510, exited(2)]).crashing).toEqual([
      { pod: 'a', end: 'exited with code 2', lastLines: ['panic: no'], current: false },
    ]);
  });

  it.each<[string, [number, LoopEvent][]]>([
    [
      'the agent repeats one crash',
      [
        [20, pod('lost')],
        [30, connected()],
        [31, exited(1)],
      ],
    ],
    [
      'it was ready in between',
      [
        [500, started],
        [600, ready],
        [700, exited(2)],
      ],
    ],
    [
      'it had run for long in between',
      [
        [500, started],
        [20_000, exited(2)],
      ],
    ],
    [
      'another binary came in between',
      [
        [50, current('two')],
        [60, started],
        [70, exited(2)],
      ],
    ],
  ])('a process does not count as crashing where %s', (_, events) =>
    expect(crashing([0, connected()], [10, exited(1)], ...events)).toEqual([]),
  );

  it('a process of the wanted binary counts as crashing, too', () =>
    expect(after([0, connected()], [1, exited(1)], [2, current('one')], [500, exited(2)]).crashing).toMatchObject([
      { pod: 'a', current: true },
    ]));
});
