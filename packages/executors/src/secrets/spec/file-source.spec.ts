import { expect, it } from 'vitest';
import { parseFileSource } from './file-source.js';

it.each([
  ['./a', { path: './a' }],
  ['key=./a', { key: 'key', path: './a' }],
  ['.key=/a', { key: '.key', path: '/a' }],
  ['=./a', { mistake: 'has no key before the =' }],
  ['key=', { mistake: 'has no path after the =' }],
  ['key=./a=b', { mistake: 'has more than one =, which neither key nor path can have' }],
])('%s is %j', (source, expected) => expect(parseFileSource(source)).toEqual(expected));
