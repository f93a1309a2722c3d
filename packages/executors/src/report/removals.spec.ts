import { describe, expect, it } from 'vitest';
import { removalLines } from './removals.js';

const at = { project: 'app', context: 'kind-dev', crds: false };
const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'apps.example.com' };
const app = { apiVersion: 'example.com/v1', kind: 'App', namespace: 'theirs', name: 'a' };

describe('removalLines', () => {
  it('a project that has nothing in the cluster is reported', () =>
    expect(removalLines({ removed: [], kept: [], foreign: [], elsewhere: [] }, at)).toEqual([
      'app has nothing in kind-dev',
    ]));

  it('sets of the project in other namespaces are named, with the command that removes them', () =>
    expect(removalLines({ removed: [], kept: [], foreign: [], elsewhere: ['ada'] }, at)).toEqual([
      'app has nothing in kind-dev',
      'The namespace ada holds another ApplySet of app, which stays.',
      '  → Run nx run app:down --namespace=ada to remove it, if it is yours.',
    ]));

  it('a removal that found nothing says that it could not search all namespaces', () =>
    expect(removalLines({ removed: [], kept: [], foreign: [], elsewhere: undefined }, at)).toEqual([
      'app has nothing in kind-dev',
      'Only the namespace of the context was searched: you may not list Secrets in all namespaces.',
      '  → Run with --namespace if it was applied while the context had another namespace.',
    ]));

  it('kept objects are named, with the options that remove them', () =>
    expect(removalLines({ removed: [], kept: [crd], foreign: [], elsewhere: [] }, at)).toEqual([
      'CustomResourceDefinition/apps.example.com kept',
      '  → Run with --crds and --namespaces to remove CustomResourceDefinitions and Namespaces too.',
    ]));

  it('objects that were made by others are named, with whether they went with their CRD', () => {
    const result = { removed: [crd], kept: [], foreign: [app], elsewhere: [] };
    expect(removalLines(result, at)).toEqual(['App/theirs/a was made by others, and would go with its CRD']);
    expect(removalLines(result, { ...at, crds: true })).toEqual([
      'App/theirs/a was made by others, and went with its CRD',
    ]);
  });
});
