import { expect, it } from 'vitest';
import { owningModule } from './owning-module.js';

const modules = ['example.com/mono', 'example.com/mono/shared', 'example.com/other'];

it.each([
  ['example.com/mono', 'example.com/mono'],
  ['example.com/mono/api/v1', 'example.com/mono'],
  ['example.com/mono/shared/x', 'example.com/mono/shared'],
  ['example.com/monolith', undefined],
  ['fmt', undefined],
])('owningModule of %j is %j', (path, module) => expect(owningModule(path, modules)).toBe(module));
