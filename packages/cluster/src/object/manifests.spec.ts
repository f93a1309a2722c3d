import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { NxKubeError } from '../errors.js';
import { parseManifests } from './manifests.js';

function dataOf(yamlValue: string): unknown {
  const text = `apiVersion: v1\nkind: Thing\nmetadata: {name: a}\nvalue: ${yamlValue}\n`;
  return parseManifests(text, 'm.yaml')[0]!.value;
}

describe('parseManifests: scalars', () => {
  it.each([
    ['0644', 420],
    ['0o644', 420],
    ['-010', -8],
    ['0x1F', 31],
    ['0b101', 5],
    ['1_000', 1000],
    ['0899', 899],
    ['1e3', 1000],
    ['1.50', 1.5],
    ['"0644"', '0644'],
    ['yes', true],
    ['Off', false],
    ['n', false],
    ['yEs', 'yEs'],
    ['2024-01-31', '2024-01-31'],
    ['2024-01-31T10:00:00Z', '2024-01-31T10:00:00Z'],
    ['12:30:45', '12:30:45'],
    ['8e1234', '8e1234'],
    ['.inf', '.inf'],
    ['1.2.3', '1.2.3'],
    ['~', null],
    ['', null],
    ['9007199254740991', 9007199254740991],
  ])('the scalar %s is read as %j, as in kubectl', (text, value) => {
    expect(dataOf(text)).toStrictEqual(value);
  });

  it('`<<` keys are merged', () => {
    const [object] = parseManifests(
      'x: &x {b: 1}\napiVersion: v1\nkind: Thing\nmetadata: {name: a}\nvalue: {<<: *x, c: 2}',
      'm',
    );
    expect(object!.value).toEqual({ b: 1, c: 2 });
  });
});

describe('parseManifests: documents', () => {
  it('several documents are read, empty ones are skipped, and lists of any kind are flattened', () => {
    const text = `
---
# nothing here
---
{}
---
apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
  - apiVersion: v1
    kind: ConfigMapList
    items: [{metadata: {name: b}}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
`;
    expect(parseManifests(text, 'm').map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      'ConfigMap/a',
      'ConfigMap/b',
      'ConfigMap/c',
    ]);
  });

  it('a custom kind that happens to end in List is an object, not a list', () => {
    const text = 'apiVersion: x.io/v1\nkind: AllowList\nmetadata: {name: a}\nspec: {items: [1]}';
    expect(parseManifests(text, 'm')[0]!.kind).toBe('AllowList');
  });

  it('the schema of a CRD may hold bounds beyond 2^53, which are floating point on the server', () => {
    const text = 'apiVersion: v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\nmaximum: 9223372036854775807';
    expect(parseManifests(text, 'm')[0]!.maximum).toBe(2 ** 63);
  });
});

describe('parseManifests: mistakes', () => {
  const ok = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n';
  it.each([
    ['a: [1\n', 'm.yaml, line 2, document 1: invalid YAML: unexpected end of the stream within a flow collection.'],
    [`${ok}a: 1\na: 2`, 'm.yaml, line 6, document 2: invalid YAML: duplicated mapping key.'],
    ['- 1', 'm.yaml, document 1: is not an object.'],
    [`${ok}kind: A\nmetadata: {name: a}`, 'm.yaml, document 2: apiVersion is missing.'],
    ['apiVersion: 1\nkind: A', 'm.yaml, document 1: apiVersion must be a string, not a number.'],
    ['apiVersion: v1\nkind: A', 'm.yaml, document 1: metadata is missing.'],
    ['apiVersion: v1\nkind: A\nmetadata: {labels: {}}', 'm.yaml, document 1: metadata.name is missing.'],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: 12}',
      'm.yaml, document 1: metadata.name must be a string, not a number.',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {generateName: a-}',
      'm.yaml, document 1: metadata.generateName cannot be applied.',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: a, annotations: {on: yes}}',
      'm.yaml, document 1: metadata.annotations.true must be a string, not a boolean.',
    ],
    [
      'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: A, metadata: {name: a}}, {kind: B}]',
      'm.yaml, document 1: items[1].apiVersion is missing.',
    ],
    [
      'apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {ids: [1, 9223372036854775807]}',
      'm.yaml, document 1: spec.ids[1] is an integer too large to be sent exactly.',
    ],
  ])('a mistake names the source, the document and the field: %j', (text, message) => {
    const failure = catchError(() => parseManifests(text, 'm.yaml'));
    expect(failure).toBeInstanceOf(NxKubeError);
    expect(failure).toMatchObject({ culprit: 'configuration', message });
  });

  it.each([
    ['password: "hunter2hunter2\nb: c: d', 'unexpected end of the stream within a double quoted scalar'],
    ['password: *hunter2', 'unidentified alias'],
    ['password: !hunter2', 'unknown tag'],
    ['password: !h!hunter2 x', 'undeclared tag handle'],
    ['password: !<hunter2^> x', 'tag name cannot contain such characters'],
    ['password: !!int hunter2', 'cannot resolve a node with'],
  ])('the error for invalid YAML never quotes the text: %j', (text, reason) => {
    const failure = catchError(() => parseManifests(text, 'm.yaml'));
    expect((failure as Error).message).toMatch(/^m\.yaml, line \d+, document 1: invalid YAML: /);
    expect((failure as Error).message.split('invalid YAML: ')[1]).toBe(`${reason}.`);
    expect(inspect(failure)).not.toContain('hunter2');
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
