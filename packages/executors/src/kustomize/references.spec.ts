import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { references } from './references.js';

describe('references', () => {
  it('the paths of all fields are references', () => {
    const document = load(`
resources: [../crd, a.yaml, 'https://example.com/x.yaml', 'github.com/org/repo//dir?ref=v1', 'git@host:org/repo.git']
bases: [../../base]
components: [../component]
crds: [types.json]
configurations: [names.yaml]
generators: [generator.yaml]
transformers:
  - |-
    apiVersion: builtin
    kind: LabelTransformer
  - transformer.yaml
patchesStrategicMerge: [old.yaml, "kind: Deployment\\nmetadata:\\n"]
patchesJson6902: [{ target: { kind: Deployment }, path: json6902.yaml }]
patches:
  - path: patch.yaml
  - patch: '[{"op": "remove"}]'
    target: { kind: Pod }
replacements:
  - path: replacement.yaml
  - source: { kind: ConfigMap }
configMapGenerator:
  - name: a
    files: [settings.yaml, key=other.yaml]
    envs: [.env]
    literals: [a=b]
secretGenerator:
  - name: b
    env: secret.env
helmCharts:
  - name: chart
    valuesFile: values.yaml
    additionalValuesFiles: [more.yaml]
openapi: { path: schema.json }
images: [{ name: controller, newTag: v1 }]
`);
    expect(references(document)).toEqual([
      '../crd',
      'a.yaml',
      '../../base',
      '../component',
      'types.json',
      'names.yaml',
      'generator.yaml',
      'transformer.yaml',
      'old.yaml',
      'patch.yaml',
      'json6902.yaml',
      'replacement.yaml',
      'settings.yaml',
      'other.yaml',
      '.env',
      'secret.env',
      'values.yaml',
      'more.yaml',
      'schema.json',
    ]);
  });

  it.each([
    [undefined],
    [null],
    ['text'],
    [[1]],
    [{ resources: 'a.yaml' }],
    [{ resources: [1, null], patches: [null] }],
  ])('the document %j has no references', (document) => expect(references(document)).toEqual([]));
});
