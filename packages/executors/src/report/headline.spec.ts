import { describe, expect, it } from 'vitest';
import { headline } from './headline.js';

describe('headline', () => {
  it.each([
    [
      'the package of go',
      '# example.com/c/cmd\ncmd/main.go:3:1: undefined: x\ncmd/main.go:4:1: more',
      'cmd/main.go:3:1: undefined: x',
    ],
    ['the package of a go test variant', '# example.com/c [example.com/c.test]\nmain.go:3:1: no', 'main.go:3:1: no'],
    [
      'an import cycle',
      'package a\n\timports b\n\timports a: import cycle not allowed',
      'imports a: import cycle not allowed',
    ],
    [
      'the title of several mistakes',
      '2 mistakes in the settings:\n  a is not known. → Remove it.\n  b too.',
      '2 mistakes in the settings: a is not known. → Remove it.',
    ],
    ['the header of Nx', '> nx run p:generate\n\ngenerating\nError: no such file\n    at main', 'Error: no such file'],
    ['a script', 'reading words\nwords.txt:3: cannot read\ndone', 'words.txt:3: cannot read'],
    ['a title of a tool', 'flux install failed:\n✗ no such host', 'flux install failed: ✗ no such host'],
    ['the next step', 'ConfigMap/a/b: refused.\n  → Fix it.', 'ConfigMap/a/b: refused.'],
    [
      'a process that died',
      'the new process exited with code 1\n  {"level":"error","msg":"no host"}\n  {"level":"info","msg":"bye"}',
      'the new process exited with code 1: ERROR no host',
    ],
  ])('the headline below %s says what is wrong', (_, message, line) => expect(headline(message)).toBe(line));
});
