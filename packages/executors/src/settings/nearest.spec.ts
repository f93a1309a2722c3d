import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from './nearest.js';

const known = ['enabled', 'timeout', 'dryRun', 'allowContexts', 'kustomize-apply'];

describe('nearest', () => {
  it.each([
    ['enable', 'enabled'],
    ['Enabled', 'enabled'],
    ['timeuot', 'timeout'],
    ['time', 'timeout'],
    ['ti', undefined],
    ['dry-run', 'dryRun'],
    ['allowContext', 'allowContexts'],
    ['kustomizeApply', 'kustomize-apply'],
    ['port', undefined],
    ['registry', undefined],
  ])('the nearest known name of %s is %s', (name, expected) => expect(nearest(name, known)).toBe(expected));

  it('a suggestion lists all known names if none is near', () => {
    expect(suggestion('enable', known)).toBe('Did you mean enabled?');
    expect(suggestion('zzz', ['b', 'a'])).toBe('Use one of a, b.');
    expect(suggestion('zzz', [])).toBe('Remove it.');
  });
});
