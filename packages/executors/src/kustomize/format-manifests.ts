import { stages, type KubeObject } from '@nx-kube/cluster';
import { CORE_SCHEMA, dump, Type } from 'js-yaml';

/**
 * Objects as one YAML stream that is the same text for the same objects: in the order in which they are applied, then by
 * kind, namespace and name; keys sorted; nothing folded. Reading it gives the same objects, by YAML 1.1 as by 1.2. Pure.
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

/** By code units: a locale would make the order a matter of the machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * What js-yaml puts in quotes is what some type of its schema would read as no string. This type claims every string that
 * any reader might: YAML 1.1 has more words for true and false, octals (`0644`), hexadecimals (`0X1F`), numbers in base 60
 * and dates. So only what starts as a word or a path, and is no such word, goes without quotes.
 */
const ambiguous = new Type('tag:nx-kube,2026:ambiguous', {
  kind: 'scalar',
  resolve: (text: string | null) => text === null || !/^[a-z/]/i.test(text) || words.has(text.toLowerCase()),
});
const words = new Set(['y', 'yes', 'n', 'no', 'on', 'off', 'true', 'false', 'null', 'nan', 'inf']);

const cautious = CORE_SCHEMA.extend({ implicit: [ambiguous] });
