import { describe, expect, it } from 'vitest';
import { ledgerLine } from './ledger.js';

describe('ledgerLine', () => {
  it('a ledger line reports the duration of each step of an edit, and where the binary runs', () =>
    expect(
      ledgerLine(3, ['a/main.go', 'a/x.go'], {
        target: 'go-build',
        outcome: 'delivered',
        bytes: 1_100_000,
        pods: 3,
        timings: { watch: 14, build: 3120, compare: 0.4, sync: 210, restart: 45, ready: 130, total: 3519 },
      }),
    ).toBe(
      '✔ #3 a/main.go and 1 more → go-build: running in 3 pods · watch 14 ms · build 3.1 s · compare 0 ms · ' +
        'sync 1.1 MB in 210 ms · restart 45 ms · ready 130 ms · total 3.5 s',
    ));

  it('a ledger line reports how long a target waited for others', () =>
    expect(
      ledgerLine(0, [], {
        target: 'kustomize-build',
        outcome: 'delivered',
        timings: { watch: 0, wait: 144_400, build: 300, compare: 0, sync: 300, total: 145_000 },
      }),
    ).toBe(
      '✔ start → kustomize-build: delivered · watch 0 ms · wait 144.4 s · build 300 ms · compare 0 ms · sync 300 ms · total 145.0 s',
    ));

  it('a ledger line reports that nothing had to be sent', () =>
    expect(
      ledgerLine(4, ['a/main.go'], { target: 'go-build', outcome: 'unchanged', timings: { build: 900, total: 915 } }),
    ).toBe('= #4 a/main.go → go-build: same content, nothing sent, nothing restarted · build 900 ms · total 915 ms'));

  it('a ledger line calls the first pass the start', () =>
    expect(ledgerLine(0, [], { target: 'kustomize-build', outcome: 'failed', timings: { total: 5 } })).toBe(
      '✖ start → kustomize-build: failed · total 5 ms',
    ));
});
