import type { Mistake } from '../../settings/mistake.js';
import { suggestion } from '../../settings/nearest.js';
import { isRecord } from '../../settings/record.js';
import { parseFileSource } from './file-source.js';
import {
  keyComplaint,
  labelValueComplaint,
  nameComplaint,
  namespaceComplaint,
  qualifiedNameComplaint,
} from './names.js';
import type { ContentPlan, SecretKind, SecretPlan } from './plan.js';
import { SpecReader } from './spec-reader.js';

/** Fields of each kind beside `commonFields`, and its default type. */
const kinds: Record<SecretKind, { fields: string[]; type: string }> = {
  'docker-registry': { fields: ['server', 'username', 'password', 'email'], type: 'kubernetes.io/dockerconfigjson' },
  generic: { fields: ['type', 'literals'], type: 'Opaque' },
  'from-file': { fields: ['type', 'files'], type: 'Opaque' },
  'from-env-file': { fields: ['type', 'files'], type: 'Opaque' },
  tls: { fields: ['cert', 'key'], type: 'kubernetes.io/tls' },
};
const commonFields = ['name', 'kind', 'namespace', 'immutable', 'labels', 'annotations'];

/** kubectl's default registry. */
const defaultServer = 'https://index.docker.io/v1/';

/**
 * Checks the specs, as far as possible without files and the environment, and returns a plan for each Secret. Pure.
 *
 * @param specs the user's input, of any shape
 * @param namespace namespace of specs that name none
 */
export function planSecrets(specs: unknown, namespace?: string): { plans: SecretPlan[]; mistakes: Mistake[] } {
  const mistakes: Mistake[] = [];
  const plans = entriesOf(specs, mistakes).flatMap(({ label, name, spec }) => {
    if (isRecord(spec)) {
      const named = spec['name'] !== undefined;
      const whole = { ...spec, name: spec['name'] ?? name, namespace: spec['namespace'] ?? namespace };
      return planSpec(label, whole, { named, mistakes });
    }
    mistakes.push({
      where: label,
      mistake: 'must be an object',
      next: 'Give it a name, a kind and the kind’s fields.',
    });
    return [];
  });
  reportTwins(plans, mistakes);
  return { plans, mistakes };
}

interface Entry {
  label: string;
  name?: string;
  spec: unknown;
}

function entriesOf(specs: unknown, mistakes: Mistake[]): Entry[] {
  if (Array.isArray(specs)) {
    return specs.map((spec: unknown, index) => ({ label: nameIn(spec) ?? `secrets[${index}]`, spec }));
  }
  if (isRecord(specs)) {
    return Object.entries(specs).map(([name, spec]) => ({ label: nameIn(spec) ?? name, name, spec }));
  }
  const mistake = specs === undefined ? 'is missing' : 'must be a list or a map of secrets';
  mistakes.push({ where: 'secrets', mistake, next: 'List the secrets to make; an empty list removes all of them.' });
  return [];
}

function nameIn(spec: unknown): string | undefined {
  const name = isRecord(spec) ? spec['name'] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** Checks one spec. `named` says whether the spec itself has a name; otherwise its key in the map is the name. */
function planSpec(
  label: string,
  spec: Record<string, unknown>,
  { named, mistakes }: { named: boolean; mistakes: Mistake[] },
): SecretPlan[] {
  const reader = new SpecReader(label, spec, mistakes);
  const { kind } = spec;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind)) {
    const known = Object.keys(kinds);
    const next = typeof kind === 'string' ? suggestion(kind, known) : `Use one of ${known.join(', ')}.`;
    reader.report('kind', kind === undefined ? 'is missing' : 'is not known', next);
    return [];
  }
  const { fields, type } = kinds[kind as SecretKind];
  reader.requireKnown([...commonFields, ...fields]);
  const common = {
    namespace: checked(reader, 'namespace', namespaceComplaint),
    type: checked(reader, 'type', (text) => (text === '' ? 'is empty' : undefined)) ?? type,
    immutable: reader.boolean('immutable') ?? false,
    labels: reader.stringMap('labels', labelComplaint),
    annotations: reader.stringMap('annotations', qualifiedNameComplaint),
  };
  if (kind === 'from-file' && isRecord(spec['files'])) {
    if (named) reader.report('name', 'is not allowed beside a map of files, whose keys are the names', 'Remove it.');
    return Object.entries(spec['files']).map(([name, files]) => {
      const own = new SpecReader(name, {}, mistakes);
      const complaint = nameComplaint(name);
      if (complaint) own.report('name', complaint, 'Rename it.');
      return { name, ...common, content: fromFiles(own, files) };
    });
  }
  const name = checked(reader, 'name', nameComplaint);
  if (!reader.has('name')) reader.report('name', 'is missing', 'Give the secret a name.');
  return [{ name: name ?? label, ...common, content: contentOf(kind as SecretKind, reader) }];
}

function contentOf(kind: SecretKind, reader: SpecReader): ContentPlan {
  switch (kind) {
    case 'docker-registry':
      return {
        kind,
        server: reader.has('server') ? reader.text('server') : [defaultServer],
        username: reader.value('username', { plain: true }),
        password: reader.value('password', { plain: false }),
        email: reader.has('email') ? reader.value('email', { plain: true }) : undefined,
      };
    case 'generic':
      return literals(reader);
    case 'from-file':
      return fromFiles(reader, reader.raw('files'));
    case 'from-env-file': {
      const files = listOf(reader, reader.raw('files')).flatMap(({ field, item }) => {
        const path = reader.path(field, item);
        return path ? [{ field, path }] : [];
      });
      return { kind, files };
    }
    case 'tls':
      return { kind, cert: reader.path('cert'), key: reader.path('key') };
  }
}

function literals(reader: SpecReader): ContentPlan {
  const given = reader.raw('literals');
  if (!isRecord(given)) {
    const mistake = given === undefined ? 'is missing' : 'must map keys to the places of their values';
    reader.report('literals', mistake, 'Write "literals": { "key": "${NAME}" }.');
    return { kind: 'generic', literals: [] };
  }
  const found = Object.entries(given).flatMap(([key, raw]) => {
    const field = `literals.${key}`;
    const complaint = keyComplaint(key);
    if (complaint) reader.report(field, `is not a valid key: it ${complaint}`, 'Rename the key.');
    const value = reader.valueOf(field, raw, { plain: true });
    return value && !complaint ? [{ field, key, value }] : [];
  });
  return { kind: 'generic', literals: found };
}

function fromFiles(reader: SpecReader, given: unknown): ContentPlan {
  const files = listOf(reader, given).flatMap(({ field, item }) => {
    const source = typeof item === 'string' ? parseFileSource(item) : { mistake: 'must be a path' };
    if ('mistake' in source) {
      reader.report(field, source.mistake, 'Write path or key=path.');
      return [];
    }
    const path = reader.path(field, source.path);
    return path ? [{ field, key: source.key, path }] : [];
  });
  return { kind: 'from-file', files };
}

/** Returns the items of `files`, one or a list, each with its field. */
function listOf(reader: SpecReader, given: unknown): { field: string; item: unknown }[] {
  if (given === undefined || (Array.isArray(given) && given.length === 0)) {
    reader.report(
      'files',
      given === undefined ? 'is missing' : 'is empty',
      'Name the files, relative to the project’s root.',
    );
    return [];
  }
  if (!Array.isArray(given)) return [{ field: 'files', item: given }];
  return given.map((item: unknown, index) => ({ field: `files[${index}]`, item }));
}

function checked(
  reader: SpecReader,
  field: string,
  complaint: (text: string) => string | undefined,
): string | undefined {
  const text = reader.string(field);
  const wrong = text === undefined ? undefined : complaint(text);
  if (wrong) reader.report(field, wrong, 'Correct it.');
  return text;
}

function labelComplaint(name: string, value: string): string | undefined {
  if (name.startsWith('applyset.kubernetes.io/')) return 'is reserved: it marks the set that owns the secret';
  return qualifiedNameComplaint(name) ?? labelValueComplaint(value);
}

function reportTwins(plans: readonly SecretPlan[], mistakes: Mistake[]): void {
  const seen = new Set<string>();
  for (const { namespace = '', name } of plans) {
    const key = `${namespace}/${name}`;
    if (seen.has(key))
      mistakes.push({ where: name, mistake: 'is defined twice', next: 'Rename or remove one of them.' });
    seen.add(key);
  }
}
