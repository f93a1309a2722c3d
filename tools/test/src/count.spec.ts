import { describe, expect, it } from 'vitest';
import { GoTestEvents, ofVitest } from './count.mjs';

describe('the count of vitest', () => {
  const report = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 };

  it.each([
    ['passed and failed tests', JSON.stringify(report), 1, { passed: 5, failed: 1 }],
    ['skipped tests as failed ones', JSON.stringify({ ...report, numPendingTests: 2 }), 1, { passed: 5, failed: 3 }],
    [
      'a file that cannot be loaded as a failure',
      JSON.stringify({ ...report, numFailedTests: 0 }),
      1,
      { passed: 5, failed: 1 },
    ],
    ['no report as a failure', '', 1, { passed: 0, failed: 1 }],
  ])('the count of vitest includes %s', (_, json, status, count) => expect(ofVitest(json, status)).toEqual(count));
});

describe('the count of Go', () => {
  const event = (Action: string, Package: string, rest: object = {}) =>
    `${JSON.stringify({ Action, Package, ...rest })}\n`;

  it('the count of Go includes every test, and each package is reported as it ends, however the output is cut into chunks', () => {
    const reported: string[] = [];
    const events = new GoTestEvents((line) => reported.push(line));
    const text = `${event('pass', 'a', { Test: 'TestOne' })}not JSON\n${event('output', 'a', { Output: 'ok\n' })}${event('pass', 'a', { Elapsed: 0.5 })}`;
    for (const character of text) events.read(character);
    expect(events.count()).toEqual({ passed: 1, failed: 0 });
    expect(reported).toEqual(['a: pass after 0.5 s']);
    expect(events.output).toBe('ok\n');
  });

  it('a Go package that failed by itself counts as one failure, but not beside its failed test', () => {
    const events = new GoTestEvents(() => {});
    events.read(event('fail', 'a', { Test: 'TestOne' }) + event('fail', 'a') + event('fail', 'b'));
    expect(events.count()).toEqual({ passed: 0, failed: 2 });
  });
});
