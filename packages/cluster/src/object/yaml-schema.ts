import { FAILSAFE_SCHEMA, Type } from 'js-yaml';

/** Integer literal that a JavaScript number cannot hold exactly. */
export class UnsafeInteger {
  constructor(readonly rounded: number) {}
}

const integerForms: readonly { form: RegExp; prefix: RegExp; base: '0x' | '0b' | '0o' | '' }[] = [
  { form: /^[-+]?0x[0-9a-f_]+$/i, prefix: /^0x/i, base: '0x' },
  { form: /^[-+]?0b[01_]+$/i, prefix: /^0b/i, base: '0b' },
  // `0644` is the form of YAML 1.1, `0o644` that of 1.2.
  { form: /^[-+]?0(?:o[0-7_]+|[0-7_]+)$/i, prefix: /^0o?/i, base: '0o' },
  { form: /^[-+]?(?:0|[1-9][0-9_]*)$/, prefix: /^/, base: '' },
];

function parseInteger(text: string): number | UnsafeInteger | undefined {
  const match = integerForms.find(({ form }) => form.test(text));
  if (!match) return undefined;
  const digits = text.replace(/^[-+]/, '').replace(match.prefix, '').replaceAll('_', '');
  if (!digits) return undefined;
  const exact = BigInt(match.base + digits) * (text.startsWith('-') ? -1n : 1n);
  const rounded = Number(exact);
  return Number.isSafeInteger(rounded) ? rounded : new UnsafeInteger(rounded);
}

const floatForm = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i;

function parseFloatScalar(text: string): number | undefined {
  if (!floatForm.test(text)) return undefined;
  const number = Number(text);
  // `8e1234` (such as a commit id) exceeds any float and is a string, as in Go.
  return Number.isFinite(number) ? number : undefined;
}

const booleans = new Map<string, boolean>();
for (const word of ['y', 'yes', 'on', 'true', 'n', 'no', 'off', 'false']) {
  const value = ['y', 'yes', 'on', 'true'].includes(word);
  for (const form of [word, word.toUpperCase(), word[0]!.toUpperCase() + word.slice(1)]) booleans.set(form, value);
}

function scalar(tag: string, parse: (text: string) => unknown): Type {
  return new Type(tag, {
    kind: 'scalar',
    resolve: (text: unknown) => typeof text === 'string' && parse(text) !== undefined,
    construct: (text: string) => parse(text),
  });
}

/**
 * Schema for scalars as sigs.k8s.io/yaml reads them, and so kubectl and kustomize: YAML 1.1 integers and booleans.
 * Times and infinities stay strings; JSON cannot hold infinities.
 */
export const kubernetesYaml = FAILSAFE_SCHEMA.extend({
  implicit: [
    new Type('tag:yaml.org,2002:null', {
      kind: 'scalar',
      resolve: (text: unknown) => text === null || ['', '~', 'null', 'Null', 'NULL'].includes(text as string),
      construct: () => null,
    }),
    scalar('tag:yaml.org,2002:bool', (text) => booleans.get(text)),
    scalar('tag:yaml.org,2002:int', parseInteger),
    scalar('tag:yaml.org,2002:float', parseFloatScalar),
    new Type('tag:yaml.org,2002:merge', { kind: 'scalar', resolve: (text: unknown) => text === '<<' }),
  ],
});
