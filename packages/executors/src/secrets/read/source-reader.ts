import { readdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Mistake } from '../../settings/mistake.js';
import { expand, type Environment, type Template } from '../../settings/references.js';
import type { PathSource, ValueSource } from '../spec/plan.js';
import type { Redactor } from './redact.js';

/** The most that the values of a Secret may be together, in bytes. */
export const largestSecret = 1_048_576;

/** What a path turned out to be: a file's content, or the names of a folder's regular files. */
export type Found = { path: string; content: Buffer } | { path: string; files: string[] };

/**
 * Gets the values of one Secret from files and the environment, and reports what cannot be had. Whatever it reads is
 * registered with the redactor first.
 */
export class SourceReader {
  constructor(
    private readonly secret: string,
    private readonly from: { projectDirectory: string; env: Environment },
    private readonly redactor: Redactor,
    private readonly mistakes: Mistake[],
  ) {}

  report(field: string, mistake: string, next: string): undefined {
    this.mistakes.push({ where: field ? `${this.secret}: ${field}` : this.secret, mistake, next });
  }

  async value(field: string, source: ValueSource): Promise<Buffer | undefined> {
    if (source.from === 'plain') return Buffer.from(source.text);
    if (source.from === 'file') {
      const found = await this.find(field, source.path);
      if (!found || 'content' in found) return found?.content;
      return this.report(field, `${source.path.written} is a folder`, 'Name a file.');
    }
    const template: Template = source.from === 'variable' ? [{ name: source.name }] : source.template;
    const text = this.expand(field, template);
    if (text === undefined) return undefined;
    for (const part of template) if (typeof part !== 'string') this.redactor.register(this.from.env[part.name] ?? '');
    return this.registered(Buffer.from(text));
  }

  /** The value of a name alone in an env file, which is not told: it might be a value itself. */
  variable(name: string): Buffer | undefined {
    const value = this.from.env[name];
    return value === undefined ? undefined : this.registered(Buffer.from(value));
  }

  expand(field: string, template: Template): string | undefined {
    const result = expand(template, this.from.env);
    if ('text' in result) return result.text;
    for (const name of result.missing) {
      this.report(field, `the environment variable ${name} is not set`, 'Set it, or correct its name.');
    }
    return undefined;
  }

  /** Looks at a path as kubectl does: links are followed; of a folder the regular files are taken, links not. */
  async find(field: string, { written, template }: PathSource): Promise<Found | undefined> {
    const expanded = this.expand(field, template);
    if (expanded === undefined) return undefined;
    const path = resolve(this.from.projectDirectory, expanded);
    try {
      const facts = await stat(path);
      if (facts.isDirectory()) {
        const entries = await readdir(path, { withFileTypes: true });
        return { path, files: entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort() };
      }
      // Reading a pipe or a terminal would wait for whoever writes to it.
      if (!facts.isFile())
        return this.report(field, `${written} is neither a file nor a folder`, 'Name a regular file.');
      if (facts.size > largestSecret) {
        const mistake = `${written} is larger than a secret may be (${largestSecret} bytes)`;
        return this.report(field, mistake, 'Name the right file, or split it.');
      }
      return { path, content: this.registered(await readFile(path)) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        return this.report(
          field,
          `there is no file ${written}`,
          'Correct the path: it is relative to the project’s root.',
        );
      }
      return this.report(field, `${written} cannot be read (${code})`, 'Make it a file that you may read.');
    }
  }

  /** Also for what is made from values and tells them. */
  registered(value: Buffer): Buffer {
    this.redactor.register(value);
    return value;
  }
}
