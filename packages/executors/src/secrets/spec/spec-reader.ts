import type { Mistake } from '../../settings/mistake.js';
import { suggestion } from '../../settings/nearest.js';
import { isRecord } from '../../settings/record.js';
import {
  isVariableName,
  malformedReference,
  parseTemplate,
  referencesIn,
  type Template,
} from '../../settings/references.js';
import type { PathSource, ValueSource } from './plan.js';

const plainAdvice =
  'Put it into an environment variable and write "${NAME}", or into a file; { "plain": … } is for what is no secret.';

/**
 * Reads the fields of one spec, whatever they hold, and reports what is wrong with them. What it returns is undefined where there
 * is nothing to return or a mistake was reported. Values that were written where a reference belongs are never quoted.
 */
export class SpecReader {
  constructor(
    /** The Secret, for messages. */
    readonly secret: string,
    private readonly spec: Readonly<Record<string, unknown>>,
    private readonly mistakes: Mistake[],
  ) {}

  has(field: string): boolean {
    return this.spec[field] !== undefined;
  }

  raw(field: string): unknown {
    return this.spec[field];
  }

  report(field: string, mistake: string, next: string): undefined {
    this.mistakes.push({ where: field ? `${this.secret}: ${field}` : this.secret, mistake, next });
  }

  /** Every field has to be one of these. */
  requireKnown(known: readonly string[]): void {
    for (const field of Object.keys(this.spec)) {
      if (!known.includes(field)) this.report(field, 'is not known', suggestion(field, known));
    }
  }

  string(field: string): string | undefined {
    const value = this.spec[field];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : this.report(field, 'must be a string', 'Put it in quotes.');
  }

  boolean(field: string): boolean | undefined {
    const value = this.spec[field];
    if (value === undefined || typeof value === 'boolean') return value;
    return this.report(field, 'must be true or false', 'Write it without quotes.');
  }

  /** Names and strings, each checked. */
  stringMap(field: string, complaint: (name: string, value: string) => string | undefined): Record<string, string> {
    const map = this.spec[field];
    if (map === undefined) return {};
    if (!isRecord(map)) {
      this.report(field, 'must map names to strings', `Write "${field}": { "name": "value" }.`);
      return {};
    }
    const strings: [string, string][] = [];
    for (const [name, value] of Object.entries(map)) {
      const at = `${field}.${name}`;
      if (typeof value !== 'string') {
        this.report(at, 'must be a string', 'Put it in quotes.');
        continue;
      }
      const wrong = complaint(name, value);
      if (wrong) this.report(at, wrong, 'Correct it.');
      strings.push([name, value]);
    }
    return Object.fromEntries(strings);
  }

  /** A field that has to hold a secret value's whereabouts. */
  value(field: string, options: { plain: boolean }): ValueSource | undefined {
    if (!this.has(field)) return this.report(field, 'is missing', plainAdvice);
    return this.valueOf(field, this.spec[field], options);
  }

  /** @param plain whether it may stand in the options itself, if it is marked as no secret */
  valueOf(field: string, value: unknown, { plain }: { plain: boolean }): ValueSource | undefined {
    if (typeof value === 'string') return this.#referring(field, value);
    if (isRecord(value) && Object.keys(value).length === 1) {
      const { env, file, plain: text } = value;
      if (typeof env === 'string') {
        if (isVariableName(env)) return { from: 'variable', name: env };
        return this.report(
          `${field}.env`,
          'is no name of an environment variable',
          'Write the name alone, without $ and {}.',
        );
      }
      if (typeof file === 'string') {
        const path = this.path(`${field}.file`, file);
        return path && { from: 'file', path };
      }
      if (typeof text === 'string') {
        if (plain) return { from: 'plain', text };
        return this.report(
          field,
          'may not stand in the options',
          'Put it into an environment variable and write "${NAME}".',
        );
      }
    }
    const forms = `"\${NAME}", { "env": "NAME" }${plain ? ', { "file": "./path" } or { "plain": "text" }' : ' or { "file": "./path" }'}`;
    return this.report(field, `must be ${forms}`, 'Write one of these.');
  }

  #referring(field: string, text: string): ValueSource | undefined {
    const template = this.#template(field, text);
    if (!template) return undefined;
    const references = referencesIn(template);
    if (references.length === 0) {
      return this.report(field, 'is a value itself, which Nx would keep in its project graph and cache', plainAdvice);
    }
    const withValue = references.find(({ fallback }) => fallback);
    if (withValue) {
      return this.report(
        field,
        `has a default for ${withValue.name}, which would be a value in the options`,
        `Set ${withValue.name}, or write \${${withValue.name}:-} if it may be empty.`,
      );
    }
    return { from: 'template', template };
  }

  /** Text that is no secret, with references. */
  text(field: string): Template | undefined {
    const text = this.string(field);
    return text === undefined ? undefined : this.#template(field, text);
  }

  #template(field: string, text: string): Template | undefined {
    return parseTemplate(text) ?? this.report(field, malformedReference.mistake, malformedReference.next);
  }

  /** A path, from the field itself or from what was found in it. */
  path(field: string, written: unknown = this.spec[field]): PathSource | undefined {
    if (written === undefined)
      return this.report(field, 'is missing', 'Name the file, relative to the project’s root.');
    if (typeof written !== 'string' || written === '') {
      return this.report(field, 'must be a path', 'Name the file, relative to the project’s root.');
    }
    if (written.startsWith('~')) {
      return this.report(field, '~ stands for a folder only in a shell', 'Write ${HOME} instead.');
    }
    const template = this.#template(field, written);
    return template && { written, template };
  }
}
