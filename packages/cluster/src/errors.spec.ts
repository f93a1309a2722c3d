import { describe, expect, it } from 'vitest';
import { asSentence, explain, NxKubeError } from './errors.js';

describe('NxKubeError', () => {
  it('an error ends its message and its next step with one full stop', () => {
    const error = new NxKubeError('cluster', 'Pod/n/p is gone', { next: 'Apply it again' });
    expect(error).toMatchObject({ message: 'Pod/n/p is gone.', next: 'Apply it again.' });
    const again = new NxKubeError('cluster', error.message, { next: error.next });
    expect(again).toMatchObject({ message: error.message, next: error.next });
  });

  it('an error without a next step has none', () => {
    expect(new NxKubeError('cluster', 'Pod/n/p is gone').next).toBeUndefined();
  });
});

describe('asSentence', () => {
  it.each([
    ['a sentence without its full stop', 'it crashed', 'it crashed.'],
    ['a text that ends in a bracket', 'it crashed (exit code 1)', 'it crashed (exit code 1).'],
    ['a text that ends in a quoted name', 'there is no "x"', 'there is no "x".'],
    ['a text that ends in a command', 'run `npm ci`', 'run `npm ci`.'],
    ['white space at the end', 'it crashed \n', 'it crashed.'],
  ])('%s gets a full stop', (_case, text, sentence) => {
    expect(asSentence(text)).toBe(sentence);
  });

  it.each([
    ['a sentence', 'It crashed.'],
    ['a question', 'Is it up?'],
    ['a text that is cut off', 'It said a lot…'],
    ['a sentence inside quotes', 'It said "No such file."'],
    ['a text that ends in a colon', 'It crashed:'],
    ['a text with quoted output', 'It failed:\nmain.go:3: undefined: x'],
    ['an empty text', ''],
  ])('%s stays as it is', (_case, text) => {
    expect(asSentence(text)).toBe(text);
  });
});

describe('explain', () => {
  it('an error of the user shows its message and, on the next line, its next step', () => {
    expect(explain(new NxKubeError('configuration', 'a.yaml: x is missing', { next: 'Set x' }))).toBe(
      'a.yaml: x is missing.\n  → Set x.',
    );
    expect(explain(new NxKubeError('cluster', 'Pod/n/p is gone'))).toBe('Pod/n/p is gone.');
  });

  it('a bug and any other error show their stack trace', () => {
    expect(explain(new NxKubeError('bug', 'The agent sent 2 ends'))).toMatch(/^NxKubeError: .* 2 ends\.\n +at /);
    expect(explain(new TypeError('x'))).toMatch(/^TypeError: x\n +at /);
    expect(explain('thrown')).toBe('thrown');
  });
});
