import { describe, expect, it } from 'vitest';
import { GoProgress } from './go-progress.js';

function collect() {
  const lines: string[] = [];
  const clock = { now: 0 };
  const report = new GoProgress(
    (line) => lines.push(line),
    () => clock.now,
  );
  return { lines, clock, report };
}

describe('the progress of Go', () => {
  it('says every few seconds how many packages are compiled', () => {
    const { lines, clock, report } = collect();
    report.total = 2400;
    for (let second = 1; second <= 11; second++) {
      clock.now = second * 1000;
      report.read('k8s.io/api/core/v1');
    }
    expect(lines).toEqual(['compiled 5 of 2400 packages', 'compiled 10 of 2400 packages']);
  });

  it('never counts beyond the total', () => {
    const { lines, clock, report } = collect();
    report.total = 1;
    report.read('internal/abi');
    clock.now = 6000;
    report.read('runtime');
    expect(lines).toEqual(['compiled 2 of 2 packages']);
  });

  it('counts downloads', () => {
    const { lines, clock, report } = collect();
    report.read('go: downloading k8s.io/api v0.34.4');
    clock.now = 6000;
    report.read('go: downloading k8s.io/client-go v0.34.4');
    expect(lines).toEqual(['downloaded 2 modules']);
  });

  it.each(['# k8s.io/kubernetes/cmd/kubelet', './main.go:3:1: undefined: x', 'go: errors parsing go.mod:'])(
    'leaves %j to be shown as an error',
    (line) => {
      expect(collect().report.read(line)).toBe(false);
    },
  );
});
