import { loadAll, YAMLException } from 'js-yaml';
import { NxKubeError } from '../errors.js';
import { isRecord } from './is-record.js';
import type { KubeObject } from './kube-object.js';
import { yamlProblem } from './yaml-problem.js';
import { kubernetesYaml, UnsafeInteger } from './yaml-schema.js';

/**
 * Parses a YAML stream as `kubectl` does: several documents, empty ones skipped, `List` kinds flattened, scalars by
 * YAML 1.1 (`0644` is 420, and a date stays a string).
 *
 * @param yaml the text
 * @param source name of the text in messages, such as a path
 * @returns the objects, in order
 * @throws NxKubeError ('configuration') that names source, document and field; it never quotes values
 */
export function parseManifests(yaml: string, source: string): KubeObject[] {
  return loadDocuments(yaml, source).flatMap((document, index) =>
    flatten(document, { source, document: index + 1, path: '' }),
  );
}

/** Position of a value in a text. */
interface Place {
  source: string;
  /** Counted from 1; empty documents count. */
  document: number;
  /** Path of the field, such as `items[2].metadata`; the empty string for the whole document. */
  path: string;
}

function at(place: Place, field: string): Place {
  return { ...place, path: place.path && !field.startsWith('[') ? `${place.path}.${field}` : `${place.path}${field}` };
}

function fail(place: Place, problem: string, next?: string): never {
  const field = place.path ? `${place.path} ` : '';
  throw new NxKubeError('configuration', `${place.source}, document ${place.document}: ${field}${problem}`, { next });
}

function loadDocuments(yaml: string, source: string): unknown[] {
  const documents: unknown[] = [];
  try {
    loadAll(yaml, (document) => documents.push(document), { schema: kubernetesYaml });
    return documents;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const place = error.mark
      ? `line ${error.mark.line + 1}, document ${documentAt(yaml, error.mark.line)}`
      : 'the text';
    throw new NxKubeError('configuration', `${source}, ${place}: invalid YAML: ${yamlProblem(error)}`, {
      next: 'Fix the YAML at that line.',
    });
  }
}

/** Number of the document that holds a line. As in js-yaml, lines count from 0 and documents from 1. */
function documentAt(yaml: string, line: number): number {
  const before = yaml.split('\n').slice(0, line + 1);
  const first = before.findIndex((text) => /^[^#\s]/.test(text));
  return before.filter((text, index) => index > first && /^---(\s|$)/.test(text)).length + 1;
}

function flatten(value: unknown, place: Place): KubeObject[] {
  if (value === null || value === undefined) return [];
  if (!isRecord(value)) fail(place, 'is not an object', 'Make each document a Kubernetes object.');
  if (Object.keys(value).length === 0) return [];
  if (isList(value)) {
    return value.items.flatMap((item, index) => {
      const itemPlace = at(place, `items[${index}]`);
      if (!isRecord(item)) fail(itemPlace, 'is not an object');
      // Items of a typed list (`ConfigMapList`) may omit apiVersion and kind.
      const typed = value.kind !== 'List' ? { apiVersion: value.apiVersion, kind: value.kind.slice(0, -4) } : {};
      return flatten({ ...typed, ...item }, itemPlace);
    });
  }
  return [requireObject(value, place)];
}

function requireObject(value: Record<string, unknown>, place: Place): KubeObject {
  requireString(value.apiVersion, at(place, 'apiVersion'));
  requireString(value.kind, at(place, 'kind'));
  const metadata = value.metadata;
  if (!isRecord(metadata)) fail(at(place, 'metadata'), 'is missing', 'Give the object a metadata.name.');
  if (metadata.generateName !== undefined && metadata.name === undefined) {
    fail(at(place, 'metadata.generateName'), 'cannot be applied', 'Give the object a fixed metadata.name.');
  }
  requireString(metadata.name, at(place, 'metadata.name'));
  if (metadata.namespace !== undefined) requireString(metadata.namespace, at(place, 'metadata.namespace'));
  for (const map of ['labels', 'annotations'] as const) requireStringMap(metadata[map], at(place, `metadata.${map}`));
  return exactIntegers(value, place, value.kind === 'CustomResourceDefinition') as KubeObject;
}

function requireString(value: unknown, place: Place): asserts value is string {
  if (value === undefined || value === null || value === '') fail(place, 'is missing');
  if (typeof value !== 'string') fail(place, `must be a string, not ${article(value)}`, 'Put it in quotes.');
}

function requireStringMap(value: unknown, place: Place): void {
  if (value === undefined || value === null) return;
  if (!isRecord(value)) fail(place, 'must map names to strings');
  for (const [key, entry] of Object.entries(value)) {
    if (typeof entry !== 'string' && entry !== null) {
      fail(at(place, key), `must be a string, not ${article(entry)}`, 'Put the value in quotes.');
    }
  }
}

function article(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Replaces integers that a JavaScript number cannot hold. In a CRD's schema they become floats, as on the server
 * (`maximum: 9223372036854775807` is common). Anywhere else they are an error: another number would be sent silently.
 */
function exactIntegers(value: unknown, place: Place, floatIsFine: boolean): unknown {
  if (value instanceof UnsafeInteger) {
    if (floatIsFine) return value.rounded;
    fail(place, 'is an integer too large to be sent exactly', 'Use an integer between -(2^53 - 1) and 2^53 - 1.');
  }
  if (Array.isArray(value)) return value.map((item, i) => exactIntegers(item, at(place, `[${i}]`), floatIsFine));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, exactIntegers(entry, at(place, key), floatIsFine)]),
  );
}

function isList(
  value: Record<string, unknown>,
): value is Record<string, unknown> & { apiVersion: string; kind: string; items: unknown[] } {
  return typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items);
}
