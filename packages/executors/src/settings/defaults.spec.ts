import { describe, expect, it } from 'vitest';
import { withDefaults } from './defaults.js';

describe('withDefaults', () => {
  it('an option that is missing or undefined gets the default of the schema', () => {
    const filled = { kustomizeApply: 'kustomize-apply', binary: 'bin/manager', gracePeriod: 10, timeout: 300 };
    expect(withDefaults('image-restart', {})).toEqual(filled);
    expect(withDefaults('image-restart', { timeout: undefined })).toEqual(filled);
  });

  it('a given option stays, even if it is false or empty', () => {
    const given = { enabled: false, namespace: '' };
    expect(withDefaults('secrets', given)).toMatchObject({ ...given, createNamespaces: true });
  });

  it('a caller’s change of a default does not affect other callers', () => {
    const first = withDefaults('go-build', {}) as { tags: string[] };
    first.tags.push('changed');
    expect(withDefaults('go-build', {})).toMatchObject({ tags: [] });
  });

  it('the options of an executor without a schema stay as they are', () =>
    expect(withDefaults('none', { a: 1 })).toEqual({ a: 1 }));
});
