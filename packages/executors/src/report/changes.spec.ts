import type { Change } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { changeLines } from './changes.js';

const change = (name: string, action: Change['action'], fields?: string[]): Change => ({
  subject: `ConfigMap/d/${name}`,
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'd', name },
  action,
  fields,
});

describe('changeLines', () => {
  it('an apply reports its changes, counts the unchanged objects, and shortens long lists of fields', () =>
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

  it('one line names the fields that stay as another manager set them, and the command that overwrites them', () => {
    const left = [
      { field: '.spec.replicas', manager: 'kubectl' },
      { field: '.spec.paused', manager: 'kubectl-edit' },
    ];
    expect(
      changeLines([{ ...change('a', 'configured', ['data.x']), left }], 'nx run app:kustomize-apply --force'),
    ).toEqual([
      'ConfigMap/d/a configured (data.x)',
      'ConfigMap/d/a: spec.replicas, spec.paused stay as kubectl, kubectl-edit set them. To overwrite: nx run app:kustomize-apply --force',
    ]);
  });

  it('one line says that kubectl had applied objects before', () => {
    const taken = (name: string, action: Change['action']) => ({ ...change(name, action), takenOver: ['kubectl'] });
    expect(changeLines([taken('a', 'configured')])[0]).toBe(
      'kubectl applied ConfigMap/d/a before (kubectl): nx-kube manages its fields now',
    );
    expect(changeLines([taken('a', 'configured'), taken('b', 'unchanged'), change('c', 'created')])).toEqual([
      'kubectl applied 2 objects before (kubectl): nx-kube manages their fields now',
      'ConfigMap/d/a configured',
      'ConfigMap/d/c created',
      '1 object unchanged',
    ]);
  });
});
