import { describe, expect, it } from 'vitest';
import { dockerIgnore } from './docker-ignore.js';

describe('dockerIgnore', () => {
  it.each<[string, string[], string[]]>([
    ['', ['a', 'a/b'], []],
    ['# a\n\n', ['a', '# a'], []],
    ['bin', ['a/bin'], ['bin', 'bin/manager']],
    ['/bin/', ['a/bin'], ['bin', 'bin/x/y']],
    ['*.md', ['a/b.md'], ['b.md']],
    ['**/*.md', ['a/b.txt'], ['b.md', 'a/b.md', 'a/b/c.md']],
    ['*/temp*', ['temp', 'a/b/temp'], ['a/temp', 'a/temporary.txt']],
    ['a?', ['a', 'abc'], ['ab']],
    ['**\n!**/*.go\n**/*_test.go', ['main.go', 'a/b.go'], ['Makefile', 'a/b_test.go', '.git/config']],
    ['*\n!bin/manager', ['bin/manager'], ['bin', 'bin/other', 'a/b']],
    ['a\n!a/b\na/b/c', ['a/b', 'a/b/d'], ['a', 'a/c', 'a/b/c']],
    ['.env', ['env'], ['.env']],
    ['{a,b}', ['a', 'b'], []],
    ['(web)/[ab]', ['web/a'], ['(web)/a', '(web)/b/c']],
    ['{x}', ['x'], ['{x}']],
  ])('the file %j keeps %j and ignores %j', (text, left, out) => {
    const ignored = dockerIgnore(text);
    expect(left.filter(ignored)).toEqual([]);
    expect(out.filter((path) => !ignored(path))).toEqual([]);
  });
});
