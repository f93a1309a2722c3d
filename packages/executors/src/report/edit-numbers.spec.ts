import { describe, expect, it } from 'vitest';
import type { Entry } from '../events/events.js';
import { EditNumbers, numbersText } from './edit-numbers.js';

function start() {
  const numbers = new EditNumbers();
  return {
    edit: (edit: number, ...targets: string[]) => numbers.onEdit({ type: 'edit', edit, files: ['f'], targets }),
    ledger: (edit: number, outcome: Entry['outcome'], target = 'go-build') =>
      numbers.onLedger({ type: 'ledger', edit, files: ['f'], entry: { target, outcome, timings: { total: 1 } } }),
  };
}

describe('EditNumbers', () => {
  it('a conclusion stands for the superseded edits before it', () => {
    const { edit, ledger } = start();
    [1, 2, 3].forEach((one) => edit(one, 'go-build'));
    expect(ledger(1, 'superseded')).toEqual([]);
    expect(ledger(2, 'superseded')).toEqual([]);
    expect(ledger(3, 'failed')).toEqual([1, 2]);
    edit(4, 'go-build');
    expect(ledger(4, 'delivered')).toEqual([]);
  });

  it('a conclusion stands for the edits that a closed gate has collected', () => {
    const { edit, ledger } = start();
    [1, 2, 3].forEach((one) => edit(one, 'kustomize-build'));
    expect(ledger(3, 'delivered', 'kustomize-build')).toEqual([1, 2]);
  });

  it('each target has its own numbers', () => {
    const { edit, ledger } = start();
    edit(1, 'go-build');
    edit(2, 'kustomize-build');
    expect(ledger(2, 'delivered', 'kustomize-build')).toEqual([]);
    expect(ledger(1, 'delivered')).toEqual([]);
  });

  it('a triggered run stands for the edit that it superseded, and not for an edit that still runs', () => {
    const { edit, ledger } = start();
    edit(1, 'go-build');
    ledger(1, 'superseded');
    edit(2, 'go-build');
    expect(ledger(-1, 'delivered')).toEqual([1]);
    expect(ledger(2, 'delivered')).toEqual([]);
  });
});

describe('numbersText', () => {
  it.each([
    [[2], '#2'],
    [[2, 3], '#2 and #3'],
    [[2, 3, 4, 5, 7], '#2 to #5 and #7'],
    [[1, 3, 5], '#1, #3 and #5'],
  ])('the numbers %j are written as %s', (numbers, text) => expect(numbersText(numbers)).toBe(text));
});
