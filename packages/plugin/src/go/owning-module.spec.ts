import { describe, expect, it } from 'vitest';
import { owningModule } from './owning-module.js';

const modules = ['example.com/mono', 'example.com/mono/shared', 'example.com/other'];

describe('owningModule', () => {
  it.each([
    ['example.com/mono', 'example.com/mono'],
    ['example.com/mono/api/v1', 'example.com/mono'],
    ['example.com/mono/shared/x', 'example.com/mono/shared'],
    ['example.com/monolith', undefined],
    ['fmt', undefined],
  ])('the import path %j belongs to the module %j', (path, module) => expect(owningModule(path, modules)).toBe(module));
});
