import { stages, type KubeObject } from '@nx-kube/cluster';
import { CORE_SCHEMA, dump, Type } from 'js-yaml';

/**
 * Formats objects as one YAML stream, so that the same objects give the same text. Objects are in apply order, then by
 * kind, namespace and name. Keys are sorted and lines are not folded. YAML 1.1 and 1.2 read the same objects from it.
 * Pure.
 */
export function formatManifests(objects: readonly KubeObject[]): string {
  return stages(objects, ({ kind }) => kind)
    .flatMap((stage) => [...stage].sort(bySubject))
    .map((object) => dump(object, { schema: cautious, sortKeys: true, lineWidth: -1, noRefs: true }))
    .join('---\n');
}

function bySubject(a: KubeObject, b: KubeObject): number {
  return (
    compare(a.kind, b.kind) ||
    compare(a.metadata.namespace ?? '', b.metadata.namespace ?? '') ||
    compare(a.metadata.name, b.metadata.name) ||
    compare(a.apiVersion, b.apiVersion)
  );
}

/** Compares by code units, as a locale would make the order depend on the machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * A type that claims every string that some YAML reader may misread. js-yaml quotes strings that a type of its schema
 * claims. YAML 1.1 has more words for true and false, octals (`0644`), hexadecimals (`0X1F`), numbers in base 60 and
 * dates. So only strings that start as a word or a path, and are no such word, have no quotes.
 */
const ambiguous = new Type('tag:nx-kube,2026:ambiguous', {
  kind: 'scalar',
  resolve: (text: string | null) => text === null || !/^[a-z/]/i.test(text) || words.has(text.toLowerCase()),
});
const words = new Set(['y', 'yes', 'n', 'no', 'on', 'off', 'true', 'false', 'null', 'nan', 'inf']);

const cautious = CORE_SCHEMA.extend({ implicit: [ambiguous] });
