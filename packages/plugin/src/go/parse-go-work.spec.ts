import { describe, expect, it } from 'vitest';
import { parseGoWork } from './parse-go-work.js';

describe('parseGoWork', () => {
  it('directories and replacements are parsed', () => {
    const text =
      'go 1.24\n\nuse ./a // one\nuse (\n\t./b\n\t"./c d"\n\t.\n)\nreplace example.com/x => ./x\ngodebug default=go1.21\n';
    expect(parseGoWork(text, 'go.work')).toEqual({
      use: ['./a', './b', './c d', '.'],
      replaces: [{ path: 'example.com/x', version: undefined, directory: './x' }],
    });
  });

  it('a block without an end is refused', () =>
    expect(() => parseGoWork('use (\n\t./a\n', 'go.work')).toThrow('go.work:1: the block "use (" is not closed.'));
});
