import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseManifests, type KubeObject } from '@nx-kube/cluster';
import { execa } from 'execa';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findKustomize } from './find-kustomize.js';
import { formatManifests } from './format-manifests.js';
import { realKustomize } from './kustomize.fixture.js';

const configMap = (data: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a' },
  data,
});

/** Strings that some YAML readers do not read as strings, or that are hard to write. */
const strings = [
  ...['yes', 'No', 'ON', 'off', 'y', 'N', 'true', 'False', 'null', 'NULL', '~', '', 'nan', 'inf', '.NaN', '.inf', '-.Inf'],
  ...['0644', '0o14', '0O14', '-0o7', '08', '0777_7', '0x1F', '0X1F', '0b11', '0B11', '-0b11', '1_000', '1__0', '+1', '-0'],
  ...['1e3', '1E5', '1e+3', '12e03', '.5', '1.', '1.5e300', '8e1234', '9007199254740993', '1.2.3', '1,000', '10.0.0.1'],
  ...['2001-12-14', '2001-1-1', '2001-12-14T21:59:43Z', '2001-12-15 2:59:43.10', '12:30:45', '190:20:30', '12:30'],
  ...['<<', '=', '-', '- x', '--- x', '---', '...', '? x', ': x', 'a: b', 'a:', 'a #b', '#', '!x', '&x', '*x', '%x', '@x'],
  ...['`x', '[x', ']', '{x}', ',', '|', '>', "'", '"', "it's", '"q"', '\\', '\\n', '{{ .Values.x }}', '$(VAR)', '/manager'],
  ...['a\nb', 'a\nb\n', 'a\nb\n\n\n', '\n', '\n\na', ' a\nb', '  lead', 'trail  ', 'trail \n', 'a\n  b\n c', 'a\n---\nb\n', '\ta'],
  ...['tab\tx', 'a\r\nb', '\r', 'é☃', '😀', '\u0000', '\u0007', '\u001b', '\u007f', '\u00a0', '\u2028', '\ufeff', 'x'.repeat(3000)],
]; // prettier-ignore

describe('formatManifests', () => {
  it.each([...strings, ...strings.map((text) => `${text}\n`)])('the string %j stays a string', (text) => {
    const object = configMap({
      value: text,
      list: [text, [text]],
      nested: { deep: [{ value: text }] },
      [text]: 'as a key',
    });
    const yaml = formatManifests([object]);
    expect(parseManifests(yaml, 'text')).toEqual([object]);
    expect(load(yaml)).toEqual(object);
  });

  it.each([0, -1, 420, 1.5, -0.1, 1e21, 1e-7, 1.5e300, 2 ** 53 - 1, true, false, null, [], {}, [[]], [{}]])(
    'the value %j stays the same',
    (value) => {
      const object = configMap({ value, list: [value] });
      expect(parseManifests(formatManifests([object]), 'text')).toEqual([object]);
      expect(load(formatManifests([object]))).toEqual(object);
    },
  );

  it('plain words, paths and images have no quotes, and lines are not folded', () => {
    const long = `word ${'and more '.repeat(40)}end`;
    expect(
      formatManifests([configMap({ a: 'plain', b: '/manager', c: 'ghcr.io/a/b:v1.2', d: long, e: 'x\ny\n' })]),
    ).toBe(
      `apiVersion: v1\ndata:\n  a: plain\n  b: /manager\n  c: ghcr.io/a/b:v1.2\n  d: ${long}\n  e: |\n    x\n    y\nkind: ConfigMap\nmetadata:\n  name: a\n`,
    );
  });

  it('objects are sorted by apply order, kind, namespace and name', () => {
    const object = (kind: string, name: string, namespace?: string): KubeObject => ({
      apiVersion: 'v1',
      kind,
      metadata: namespace ? { name, namespace } : { name },
    });
    const objects = [
      object('CustomResourceDefinition', 'z'),
      object('Namespace', 'a'),
      object('ServiceAccount', 'a', 'x'),
      object('ServiceAccount', 'B', 'y'),
      object('ServiceAccount', 'a', 'y'),
      object('Deployment', 'a', 'x'),
      object('Gadget', 'b', 'x'),
      object('Widget', 'a', 'x'),
      object('ValidatingWebhookConfiguration', 'a'),
    ];
    const names = (text: string) => parseManifests(text, 'text').map((o) => `${o.kind}/${o.metadata.namespace ?? ''}/${o.metadata.name}`); // prettier-ignore
    const sorted = formatManifests(objects);
    expect(names(sorted)).toEqual(names(formatManifests([...objects].reverse())));
    expect(formatManifests([...objects].reverse())).toBe(sorted);
    expect(names(sorted)[0]).toBe('CustomResourceDefinition//z');
    expect(names(sorted).slice(2)).toEqual([
      'ServiceAccount/x/a',
      'ServiceAccount/y/B',
      'ServiceAccount/y/a',
      'Deployment/x/a',
      'Gadget/x/b',
      'Widget/x/a',
      'ValidatingWebhookConfiguration//a',
    ]);
  });

  it('the order of keys has no effect on the text', () => {
    const reversed = { metadata: { name: 'a' }, data: { b: 1, a: 2 }, kind: 'ConfigMap', apiVersion: 'v1' };
    expect(formatManifests([reversed])).toBe(formatManifests([configMap({ a: 2, b: 1 })]));
  });
});

describe('formatManifests with kustomize as the reader', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nx-kube-format-'));
    env = await realKustomize();
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('kustomize reads the same objects', async () => {
    // kustomize cannot write strings that have no plain form in YAML.
    const writable = strings.filter((text) => !/[\u0000-\u0008\u000b-\u001f\u007f-\u00a0\u2028\ufeff]/.test(text)); // eslint-disable-line no-control-regex
    const data = Object.fromEntries(writable.map((text, i) => [`k${i}`, text]));
    const keys = Object.fromEntries(['y', 'yes', '0644', '1e3', '2001-1-1', 'null', '0X1F'].map((key) => [key, key]));
    const object = { ...configMap(data), keys, numbers: [1e21, 1e-7, 0.1, 420, -1, true, null] };
    await writeFile(join(folder, 'object.yaml'), formatManifests([object]));
    await writeFile(join(folder, 'kustomization.yaml'), 'resources: [object.yaml]\n');
    const { command, args } = await findKustomize({ ...process.env, ...env });
    const { stdout } = await execa(command, [...args, folder]);
    expect(parseManifests(stdout, 'kustomize')).toEqual([object]);
  });
});
