import type { Change } from '@nx-kube/cluster';
import { expect, it } from 'vitest';
import { changeLines } from './changes.js';

const change = (name: string, action: Change['action'], fields?: string[]): Change => ({
  subject: `ConfigMap/d/${name}`,
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'd', name },
  action,
  fields,
});

it('names what changed, counts what did not, and keeps long lists of fields short', () =>
  expect(
    changeLines([
      change('a', 'created'),
      change('b', 'configured', ['data.x']),
      change('c', 'configured', ['a[0]', 'a[1]', 'b[x].c[0]', 'd', 'e', 'f', 'g']),
      change('d', 'unchanged'),
      change('e', 'unchanged'),
      change('f', 'pruned'),
    ]),
  ).toEqual([
    'ConfigMap/d/a created',
    'ConfigMap/d/b configured (data.x)',
    'ConfigMap/d/c configured (a, b[x].c, d, e and 2 more)',
    'ConfigMap/d/f pruned',
    '2 objects unchanged',
  ]));
