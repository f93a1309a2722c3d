import { describe, expect, it } from 'vitest';
import { parseFileSource } from './file-source.js';

describe('parseFileSource', () => {
  it.each([
    ['./a', { path: './a' }],
    ['key=./a', { key: 'key', path: './a' }],
    ['.key=/a', { key: '.key', path: '/a' }],
    ['=./a', { mistake: 'has no key before the =' }],
    ['key=', { mistake: 'has no path after the =' }],
    ['key=./a=b', { mistake: 'has more than one =, but neither a key nor a path can hold one' }],
  ])('the source %s is parsed as %j', (source, expected) => expect(parseFileSource(source)).toEqual(expected));
});
