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
  'Put it into an environment variable and write "${NAME}", or into a file. Use { "plain": … } only for text that is no secret.';

/**
 * Reads the fields of one spec of any shape and reports their mistakes. Returns undefined for a field that is absent or
 * was reported. Never quotes a value that stands where a reference belongs.
 */
export class SpecReader {
  constructor(
    /** Name of the Secret in messages. */
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

  /** Records a mistake. An empty `field` stands for the secret as a whole. */
  report(field: string, mistake: string, next: string): undefined {
    this.mistakes.push({ where: field ? `${this.secret}: ${field}` : this.secret, mistake, next });
  }

  /** Reports every field that is not in `known`. */
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

  /** Reads a map from names to strings. `complaint` returns the mistake in an entry, or undefined. */
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

  /** Reads a required field that holds the place of a value. */
  value(field: string, options: { plain: boolean }): ValueSource | undefined {
    if (!this.has(field)) return this.report(field, 'is missing', plainAdvice);
    return this.valueOf(field, this.spec[field], options);
  }

  /** Reads the place of a value. `plain` allows text that is marked as no secret and stands in the options. */
  valueOf(field: string, value: unknown, { plain }: { plain: boolean }): ValueSource | undefined {
    if (typeof value === 'string') return this.#referring(field, value);
    if (isRecord(value) && Object.keys(value).length === 1) {
      const { env, file, plain: text } = value;
      if (typeof env === 'string') {
        if (isVariableName(env)) return { from: 'variable', name: env };
        return this.report(
          `${field}.env`,
          'is not the name of an environment variable',
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
          'must not be written in the options',
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
      return this.report(field, 'is a value itself, which Nx would store in its project graph and cache', plainAdvice);
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

  /** Reads text that is no secret and may hold references. */
  text(field: string): Template | undefined {
    const text = this.string(field);
    return text === undefined ? undefined : this.#template(field, text);
  }

  #template(field: string, text: string): Template | undefined {
    return parseTemplate(text) ?? this.report(field, malformedReference.mistake, malformedReference.next);
  }

  /** Reads a path: the field's value, or `written`, a part of it. */
  path(field: string, written: unknown = this.spec[field]): PathSource | undefined {
    if (written === undefined)
      return this.report(field, 'is missing', 'Name the file, relative to the project’s root.');
    if (typeof written !== 'string' || written === '') {
      return this.report(field, 'must be a path', 'Name the file, relative to the project’s root.');
    }
    if (written.startsWith('~')) {
      return this.report(field, 'begins with ~, which only a shell expands', 'Write ${HOME} instead.');
    }
    const template = this.#template(field, written);
    return template && { written, template };
  }
}
