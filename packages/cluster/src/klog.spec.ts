import { describe, expect, it } from 'vitest';
import { klogLine, withoutKlog } from './klog.js';

const header = 'E1127 15:13:29.100000     547 run.go:72] ';

describe('withoutKlog', () => {
  it.each([
    ['a quoted error', `${header}"command failed" err="a \\"b\\"\\nc"`, 'a "b"\nc'],
    [
      'an error with an escape that JSON does not know',
      `${header}"command failed" err="no \\x1b[1mfile"`,
      'no \x1b[1mfile',
    ],
    [
      'an error of several lines',
      `${header}"command failed" err=<\n\tno such file\n\tin here\n >`,
      'no such file\nin here',
    ],
    ['an unstructured message', `${header}error retrieving resource lock`, 'error retrieving resource lock'],
    [
      'a structured message',
      'W1127 15:13:29.1 1 reflector.go:561] "Failed to watch" err="forbidden" type="*v1.Pod"',
      'Failed to watch: forbidden type="*v1.Pod"',
    ],
    [
      'a message without an error',
      'I1127 15:13:29.1 1 leaderelection.go:254] "Attempting" lease="ns/l"',
      'Attempting lease="ns/l"',
    ],
    ['a fatal line below a plain one', 'hello\nF1127 15:13:29.1 12 cred.go:145] no login', 'hello\nno login'],
    ['a line of another logger', 'E1 x] "command failed"', 'E1 x] "command failed"'],
    ['plain text', 'Error: no such file', 'Error: no such file'],
  ])('the prefix of %s is removed', (_, text, without) => expect(withoutKlog(text)).toBe(without));
});

describe('klogLine', () => {
  it('a line of klog has a level, a caller and a text', () =>
    expect(klogLine(`${header}no such host`)).toEqual({ level: 'error', caller: 'run.go:72', text: 'no such host' }));
  it('another line is no line of klog', () => expect(klogLine('{"level":"error"}')).toBeUndefined());
});
