import { describe, expect, it } from 'vitest';
import { readMessages } from './messages.js';

describe('readMessages', () => {
  it.each([
    ['kustomize', 'Error: no such file\n', [], 'no such file'],
    ['kubectl', 'error: no such file\nand more\n', [], 'no such file\nand more'],
    ['a log line', 'E1123 15:13:29.1 547 run.go:72] "command failed" err="a \\"b\\"\\nc"\n', [], 'a "b"\nc'],
    ['a log line that is not JSON', 'E1 x] "command failed" err="\\x00"', [], 'E1 x] "command failed" err="\\x00"'],
    ['a log line of several lines', 'E1127 15:13:29.1 5 run.go:72] "command failed" err=<\n\ta\n\tb\n >\n', [], 'a\nb'],
    [
      'log lines beside the error',
      'I1127 15:13:29.1 5 request.go:697] Waited\nW1127 15:13:29.1 5 w.go:70] old\nE1127 15:13:29.1 5 run.go:72] error: bad',
      ['old'],
      'bad',
    ],
    ['a warning', '# Warning: old\n', ['# Warning: old'], ''],
    ['a warning and an error', 'Warning: old\nError: bad\n', ['Warning: old'], 'bad'],
  ])('the messages of %s are split into warnings and error', (_, stderr, warnings, error) => {
    expect(readMessages(stderr)).toEqual({ warnings, error });
  });
});
