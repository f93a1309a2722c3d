import { describe, expect, it } from 'vitest';
import { applySetId } from './id.js';

describe('applySetId', () => {
  it.each([
    [
      { name: 'demo', namespace: 'default', kind: 'Secret', group: '' },
      'applyset-g-9vO3Gntkd6KKnGIOcQY9dRSq6Du4sz_7-8UzQNrWQ-v1',
    ],
  ])('the id of %j is %s', (identity, id) => {
    expect(applySetId(identity)).toBe(id);
  });

  it.each(['name', 'namespace', 'kind', 'group'] as const)('the id depends on the %s', (field) => {
    const identity = { name: 'a', namespace: 'b', kind: 'c', group: 'd' };
    expect(applySetId({ ...identity, [field]: 'x' })).not.toBe(applySetId(identity));
  });
});
