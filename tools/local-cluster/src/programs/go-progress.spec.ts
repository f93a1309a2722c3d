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

describe('GoProgress', () => {
  it('the progress reports the number of compiled packages every few seconds', () => {
    const { lines, clock, report } = collect();
    report.total = 2400;
    for (let second = 1; second <= 11; second++) {
      clock.now = second * 1000;
      report.read('k8s.io/api/core/v1');
    }
    expect(lines).toEqual(['Compiled 5 of 2400 packages.', 'Compiled 10 of 2400 packages.']);
  });

  it('the number of compiled packages never exceeds the total', () => {
    const { lines, clock, report } = collect();
    report.total = 1;
    report.read('internal/abi');
    clock.now = 6000;
    report.read('runtime');
    expect(lines).toEqual(['Compiled 2 of 2 packages.']);
  });

  it('the progress counts downloads', () => {
    const { lines, clock, report } = collect();
    report.read('go: downloading k8s.io/api v0.34.4');
    clock.now = 6000;
    report.read('go: downloading k8s.io/client-go v0.34.4');
    expect(lines).toEqual(['Downloaded 2 modules.']);
  });

  it.each(['# k8s.io/kubernetes/cmd/kubelet', './main.go:3:1: undefined: x', 'go: errors parsing go.mod:'])(
    'the line %j is left to be shown as an error',
    (line) => {
      expect(collect().report.read(line)).toBe(false);
    },
  );
});
