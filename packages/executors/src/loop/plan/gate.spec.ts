import { describe, expect, it } from 'vitest';
import { Gate, triggered } from './gate.js';

const edit = (number: number, ...files: string[]) => ({ number, files, at: number });
const gate = () =>
  new Gate([
    ['go', 'auto'],
    ['yaml', 'manual'],
  ]);

describe('Gate', () => {
  it('lets targets in mode auto run at once', () => expect(gate().admit(['go'], edit(1, 'a'))).toEqual(['go']));

  it('collects edits of a paused target, and lets them go as one with the newest number', () => {
    const g = gate();
    g.pause(['go']);
    expect(g.admit(['go'], edit(1, 'b'))).toEqual([]);
    expect(g.admit(['go'], edit(2, 'a', 'b'))).toEqual([]);
    expect(g.state('go')).toEqual({ mode: 'auto', paused: true, waiting: ['a', 'b'] });
    expect([...g.resume(['go'], 9)]).toEqual([['go', { number: 2, files: ['a', 'b'], at: 9 }]]);
    expect(g.state('go')).toEqual({ mode: 'auto', paused: false, waiting: [] });
    expect(g.admit(['go'], edit(3, 'a'))).toEqual(['go']);
  });

  it('lets nothing go on resume when nothing was edited', () => {
    const g = gate();
    g.pause(['go']);
    expect(g.resume(['go'], 9).size).toBe(0);
  });

  it('keeps what collected for a manual target until it is triggered, over a pause and a resume too', () => {
    const g = gate();
    expect(g.admit(['go', 'yaml'], edit(1, 'x'))).toEqual(['go']);
    g.pause(['yaml']);
    expect(g.resume(['yaml'], 5).size).toBe(0);
    expect(g.trigger('yaml', 9)).toEqual({ number: 1, files: ['x'], at: 9 });
    expect(g.state('yaml').waiting).toEqual([]);
  });

  it('takes other modes: what collected for a target that is auto now runs, unless it is paused', () => {
    const g = gate();
    g.admit(['yaml'], edit(1, 'x'));
    expect(g.setModes({ yaml: 'manual', go: 'manual' }, 5).size).toBe(0);
    expect(g.state('go').mode).toBe('manual');
    expect([...g.setModes({}, 9)]).toEqual([['yaml', { number: 1, files: ['x'], at: 9 }]]);
    g.pause(['go']);
    expect(g.setModes({}, 9).size).toBe(0);
    expect(g.state('go').paused).toBe(true);
  });

  it('triggers a target that nothing collected for', () =>
    expect(gate().trigger('go', 9)).toEqual({ number: triggered, files: [], at: 9 }));
});
