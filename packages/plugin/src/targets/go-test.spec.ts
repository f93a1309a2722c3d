import { describe, expect, it } from 'vitest';
import { testedPackages } from './go-test.js';

describe('testedPackages', () => {
  it.each([
    [['.', 'api/v1', 'internal/x'], ['./...']],
    [
      ['.', 'api/v1', 'api/v2', 'test/e2e', 'test/utils'],
      ['.', './api/...', './test/utils'],
    ],
    [['e2e', 'e2e/deep', 'pkg'], ['./pkg/...']],
    [['pkg', 'e2e', 'x;rm -rf'], ['./pkg/...']],
    [['e2e'], []],
    [[], []],
  ])('the packages %j are tested with the patterns %j', (packages, patterns) =>
    expect(testedPackages(packages)).toEqual(patterns),
  );
});
