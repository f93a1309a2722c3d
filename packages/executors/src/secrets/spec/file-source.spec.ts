import { expect, it } from 'vitest';
import { parseFileSource } from './file-source.js';

it.each([
  ['./a', { path: './a' }],
  ['key=./a', { key: 'key', path: './a' }],
  ['.key=/a', { key: '.key', path: '/a' }],
  ['=./a', { problem: 'has no key before the =' }],
  ['key=', { problem: 'has no path after the =' }],
  ['key=./a=b', { problem: 'has more than one =, which neither key nor path can have' }],
])('%s is %j', (source, expected) => expect(parseFileSource(source)).toEqual(expected));
