import { describe, expect, it } from 'vitest';
import { table, tables } from './table.js';

describe('report tables', () => {
  it('table makes each column as wide as its content', () =>
    expect(
      table(
        ['a', 'time'],
        [
          ['statement', '1 s'],
          ['b', '100 ms'],
        ],
      ),
    ).toBe(['a            time', 'statement     1 s', 'b          100 ms'].join('\n')));

  it('tables show every number in its unit, missing numbers as a dash, and failures', () => {
    const text = tables(
      [
        {
          kind: 'statement',
          edits: 5,
          bareBuildMs: 4200,
          toProcessMs: 4150,
          beyondMs: -50,
          beyondMiddleHalfMs: [-100, 80],
          ledger: { watch: 20, build: 4000, total: 5000 },
          bytes: 1_100_000,
          share: 0.0139,
        },
      ],
      [
        { name: 'Beyond', unit: 'ms', value: 450, goal: 600, met: true },
        { name: 'Memory', unit: 'bytes', goal: 20e6 },
        { name: 'Multiple', unit: 'times', value: 3.14 },
      ],
      [{ kind: 'statement', edit: 2, what: 'bare build', message: 'no space left' }],
    );
    expect(text).toMatch(/^Beyond +450 ms +≤ 600 ms +met$/m);
    expect(text).toMatch(/^Memory +– +≤ 20\.0 MB$/m);
    expect(text).toMatch(/^Multiple +3\.1 ×$/m);
    expect(text).toMatch(/^statement +5 +4\.2 s +4\.2 s +-50 ms +-100 ms … 80 ms +1\.1 MB +1\.39 % +– +– +–$/m);
    expect(text).toMatch(/^statement +20 ms +4\.0 s +– +– +– +– +5\.0 s$/m);
    expect(text).toMatch(/^failed, and left out above\nstatement, edit 2, bare build: no space left$/m);
  });
});
