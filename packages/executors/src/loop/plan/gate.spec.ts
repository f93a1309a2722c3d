import { describe, expect, it } from 'vitest';
import { Gate, triggered } from './gate.js';

const edit = (number: number, ...files: string[]) => ({ number, files, at: number });
const gate = Gate.of([
  ['go', 'auto'],
  ['yaml', 'manual'],
]);

describe('Gate', () => {
  it('a target in mode auto runs at once', () => expect(gate.admit(['go'], edit(1, 'a')).admitted).toEqual(['go']));

  it('a paused target collects edits, and resume releases them as one piece of work with the newest number', () => {
    const first = gate.pause(['go']).admit(['go'], edit(1, 'b'));
    expect(first.admitted).toEqual([]);
    const second = first.gate.admit(['go'], edit(2, 'a', 'b'));
    expect(second).toMatchObject({ admitted: [], collected: ['go'] });
    expect(second.gate.state('go')).toEqual({ mode: 'auto', paused: true, waiting: ['a', 'b'] });
    const resumed = second.gate.resume(['go'], 9);
    expect([...resumed.released]).toEqual([['go', { number: 2, files: ['a', 'b'], at: 9 }]]);
    expect(resumed.gate.state('go')).toEqual({ mode: 'auto', paused: false, waiting: [] });
    expect(resumed.gate.admit(['go'], edit(3, 'a')).admitted).toEqual(['go']);
  });

  it('a resume without collected edits releases nothing', () =>
    expect(gate.pause(['go']).resume(['go'], 9).released.size).toBe(0));

  it('a manual target keeps its collected edits until it is triggered, also over a pause and a resume', () => {
    const edited = gate.admit(['go', 'yaml'], edit(1, 'x'));
    expect(edited.admitted).toEqual(['go']);
    const resumed = edited.gate.pause(['yaml']).resume(['yaml'], 5);
    expect(resumed.released.size).toBe(0);
    const after = resumed.gate.trigger('yaml', 9);
    expect(after.work).toEqual({ number: 1, files: ['x'], at: 9 });
    expect(after.gate.state('yaml').waiting).toEqual([]);
  });

  it('a change of modes releases the collected edits of a target that is auto now, and keeps a paused target paused', () => {
    const edited = gate.admit(['yaml'], edit(1, 'x')).gate;
    const manual = edited.setModes({ yaml: 'manual', go: 'manual' }, 5);
    expect(manual.released.size).toBe(0);
    expect(manual.gate.state('go').mode).toBe('manual');
    const auto = manual.gate.setModes({}, 9);
    expect([...auto.released]).toEqual([['yaml', { number: 1, files: ['x'], at: 9 }]]);
    const paused = auto.gate.pause(['go']).setModes({}, 9);
    expect(paused.released.size).toBe(0);
    expect(paused.gate.state('go').paused).toBe(true);
  });

  it('a trigger runs a target that has collected no edits', () =>
    expect(gate.trigger('go', 9).work).toEqual({ number: triggered, files: [], at: 9 }));

  it('a gate is immutable: every operation returns another gate', () => {
    gate.pause(['go']).admit(['go', 'yaml'], edit(1, 'x'));
    expect(gate.state('go')).toEqual({ mode: 'auto', paused: false, waiting: [] });
    expect(gate.state('yaml').waiting).toEqual([]);
  });
});
