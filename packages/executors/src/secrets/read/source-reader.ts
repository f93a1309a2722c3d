import { readdir, readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Mistake } from '../../settings/mistake.js';
import { expand, type Environment, type Template } from '../../settings/references.js';
import type { PathSource, ValueSource } from '../spec/plan.js';
import type { Redactor } from './redact.js';

/** Maximum size (bytes) of all values of a Secret together. */
export const largestSecret = 1_048_576;

/** Result of reading a path: a file's content, or the names of a folder's regular files. */
export type Found = { path: string; content: Buffer } | { path: string; files: string[] };

/**
 * Reads the values of one Secret from files and the environment, and reports those that are missing. Registers every
 * value with the redactor before it returns it.
 */
export class SourceReader {
  constructor(
    private readonly secret: string,
    private readonly from: { projectDirectory: string; env: Environment },
    private readonly redactor: Redactor,
    private readonly mistakes: Mistake[],
  ) {}

  /** Records a mistake. An empty `field` stands for the secret as a whole. */
  report(field: string, mistake: string, next: string): undefined {
    this.mistakes.push({ where: field ? `${this.secret}: ${field}` : this.secret, mistake, next });
  }

  /** Reads one value. Returns undefined if it reported a mistake. */
  async value(field: string, source: ValueSource): Promise<Buffer | undefined> {
    if (source.from === 'plain') return Buffer.from(source.text);
    if (source.from === 'file') {
      const found = await this.find(field, source.path);
      if (!found || 'content' in found) return found?.content;
      return this.report(field, `names ${source.path.written}, which is a folder`, 'Name a file.');
    }
    const template: Template = source.from === 'variable' ? [{ name: source.name }] : source.template;
    const text = this.expand(field, template);
    if (text === undefined) return undefined;
    for (const part of template) if (typeof part !== 'string') this.redactor.register(this.from.env[part.name] ?? '');
    return this.registered(Buffer.from(text));
  }

  /** Reads the variable of a name alone in an env file. Never reports the name: it might be a value. */
  variable(name: string): Buffer | undefined {
    const value = this.from.env[name];
    return value === undefined ? undefined : this.registered(Buffer.from(value));
  }

  /** Fills in the references of a text. Returns undefined if it reported an unset variable. */
  expand(field: string, template: Template): string | undefined {
    const result = expand(template, this.from.env);
    if ('text' in result) return result.text;
    for (const name of result.missing) {
      const mistake = `refers to the environment variable ${name}, which is not set`;
      this.report(field, mistake, 'Set it, or correct its name.');
    }
    return undefined;
  }

  /** Reads a path as kubectl does: follows a link; takes a folder's regular files but not its links. */
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
      // Reading a pipe or a terminal would block until something writes to it.
      if (!facts.isFile()) {
        return this.report(field, `names ${written}, which is neither a file nor a folder`, 'Name a regular file.');
      }
      if (facts.size > largestSecret) {
        const mistake = `names ${written}, which is larger than a Secret may be (${largestSecret} bytes)`;
        return this.report(field, mistake, 'Name the right file, or split it.');
      }
      return { path, content: this.registered(await readFile(path)) };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        const next = 'Correct the path: it is relative to the project’s root.';
        return this.report(field, `names ${written}, which does not exist`, next);
      }
      return this.report(field, `names ${written}, which cannot be read (${code})`, 'Make the file readable.');
    }
  }

  /** Registers a value, or text derived from values, with the redactor and returns it. */
  registered(value: Buffer): Buffer {
    this.redactor.register(value);
    return value;
  }
}
