import { describe, expect, it } from 'vitest';
import { embedGlobs } from './embed-globs.js';

describe('embedGlobs', () => {
  it.each([
    ['static', 'a/web', ['a/web/static', 'a/web/static/**/*']],
    ['all:static', 'a', ['a/static', 'a/static/**/*']],
    ['tpl/*.yaml', '.', ['tpl/*.yaml', 'tpl/*.yaml/**/*']],
    ['[^a-c]*.txt', 'a', ['a/[!a-c]*.txt', 'a/[!a-c]*.txt/**/*']],
    ['**.txt', 'a', ['a/*.txt', 'a/*.txt/**/*']],
    ['a{1}+(b)!.txt', 'x', ['x/a?1???b??.txt', 'x/a?1???b??.txt/**/*']],
    ['.', '.', ['**/*']],
    ['*', 'a', ['a/*', 'a/*/**/*']],
  ])('the pattern %j in %j gives the globs %j', (pattern, directory, globs) =>
    expect(embedGlobs(pattern, directory)).toEqual(globs),
  );
});
