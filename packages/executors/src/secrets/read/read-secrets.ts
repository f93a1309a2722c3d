import { isUtf8 } from 'node:buffer';
import { basename, join } from 'node:path';
import type { Mistake } from '../../settings/mistake.js';
import type { Environment } from '../../settings/references.js';
import { dockerAuth, dockerConfigJson } from '../spec/docker-config.js';
import { keyComplaint } from '../spec/names.js';
import { planSecrets } from '../spec/plan-secrets.js';
import type { ContentPlan, PathSource, SecretPlan, ValueSource } from '../spec/plan.js';
import { tlsComplaint } from '../spec/tls-pair.js';
import { parseEnvFile } from './env-file.js';
import { Redactor } from './redact.js';
import type { SecretObject } from './secret-object.js';
import { largestSecret, SourceReader } from './source-reader.js';

export interface ReadSecretsOptions {
  /** Absolute path that relative paths start from. */
  projectDirectory: string;
  env: Environment;
  /** Namespace of secrets that name none. Default: the context's. */
  namespace?: string;
}

export interface ReadSecrets {
  /** Secrets to apply, valid only if there are no mistakes. */
  secrets: SecretObject[];
  mistakes: Mistake[];
  /** Redactor that knows all values that were read. */
  redactor: Redactor;
}

/**
 * Makes the Secrets of the specs from files and the environment, by kubectl's rules. Finds all mistakes of all secrets;
 * no mistake holds a value.
 *
 * @param specs `SecretSpecs`; any other shape is reported as a mistake
 */
export async function readSecrets(specs: unknown, options: ReadSecretsOptions): Promise<ReadSecrets> {
  const { plans, mistakes } = planSecrets(specs, options.namespace);
  const redactor = new Redactor();
  const secrets: SecretObject[] = [];
  for (const plan of plans) {
    const reader = new SourceReader(plan.name, options, redactor, mistakes);
    const data = new SecretData(reader);
    await fill(data, plan.content, reader);
    data.requireSize();
    secrets.push(objectOf(plan, data.encoded()));
  }
  return { secrets, mistakes, redactor };
}

/** Collects the data of one Secret and enforces the rules for keys and sizes. */
class SecretData {
  readonly #values = new Map<string, Buffer>();

  constructor(private readonly reader: SourceReader) {}

  add(field: string, key: string, value: Buffer): void {
    const complaint = keyComplaint(key);
    if (complaint) {
      const mistake = `gives the key ${JSON.stringify(key)}, which is not valid: it ${complaint}`;
      this.reader.report(field, mistake, 'Give it another key.');
    } else if (this.#values.has(key)) this.reader.report(field, `repeats the key ${key}`, 'Remove one of them.');
    else this.#values.set(key, value);
  }

  requireSize(): void {
    const size = [...this.#values.values()].reduce((sum, { length }) => sum + length, 0);
    if (size <= largestSecret) return;
    const mistake = `has ${size} bytes of values, but at most ${largestSecret} bytes are allowed`;
    this.reader.report('', mistake, 'Split it into several secrets.');
  }

  encoded(): Record<string, string> {
    return Object.fromEntries([...this.#values].map(([key, value]) => [key, value.toString('base64')]));
  }
}

function objectOf({ name, namespace, type, immutable, labels, annotations }: SecretPlan, data: Record<string, string>) {
  const object: SecretObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, ...(namespace && { namespace }), ...filled({ labels }), ...filled({ annotations }) },
    type,
    ...(immutable && { immutable }),
    data,
  };
  return object;
}

/** Returns the field if its map has entries: an applied empty map would still make us its field manager. */
function filled(field: Record<string, Record<string, string>>): Record<string, Record<string, string>> {
  return Object.values(field).every((map) => Object.keys(map).length === 0) ? {} : field;
}

async function fill(data: SecretData, content: ContentPlan, reader: SourceReader): Promise<void> {
  switch (content.kind) {
    case 'docker-registry':
      return await fillDockerConfig(data, content, reader);
    case 'generic':
      for (const { field, key, value } of content.literals) {
        const bytes = await reader.value(field, value);
        if (bytes) data.add(field, key, bytes);
      }
      return;
    case 'from-file':
      for (const { field, key, path } of content.files) await fillFromPath(data, { field, key, path }, reader);
      return;
    case 'from-env-file':
      for (const { field, path } of content.files) await fillFromEnvFile(data, { field, path }, reader);
      return;
    case 'tls':
      return await fillTls(data, content, reader);
  }
}

async function fillFromPath(
  data: SecretData,
  { field, key, path }: { field: string; key?: string; path: PathSource },
  reader: SourceReader,
): Promise<void> {
  const found = await reader.find(field, path);
  if (!found) return;
  if ('content' in found) return data.add(field, key ?? basename(found.path), found.content);
  if (key !== undefined) {
    return reader.report(field, `gives one key to all files of the folder ${path.written}`, 'Remove the key.');
  }
  if (found.files.length === 0) {
    reader.report(field, `names the folder ${path.written}, which has no regular file`, 'Correct the path.');
  }
  for (const name of found.files) {
    const template = [join(found.path, name)];
    const file = await reader.find(field, { written: join(path.written, name), template });
    if (file && 'content' in file) data.add(field, name, file.content);
  }
}

async function fillFromEnvFile(
  data: SecretData,
  { field, path }: { field: string; path: PathSource },
  reader: SourceReader,
): Promise<void> {
  const value = await reader.value(field, { from: 'file', path });
  if (!value) return;
  const { lines, bad } = parseEnvFile(value);
  for (const { line, mistake } of bad) {
    const whole = `names ${path.written}, whose line ${line} ${mistake}`;
    reader.report(field, whole, 'Write KEY=value, without quotes and export.');
  }
  for (const { line, key, value: given } of lines) {
    const bytes = given === undefined ? reader.variable(key) : reader.registered(Buffer.from(given));
    if (bytes) data.add(`${field}, line ${line}`, key, bytes);
    else {
      const mistake = `names ${path.written}, whose line ${line} names an environment variable that is not set`;
      reader.report(field, mistake, 'Write KEY=value, or set the variable.');
    }
  }
}

async function fillTls(
  data: SecretData,
  { cert, key }: Extract<ContentPlan, { kind: 'tls' }>,
  reader: SourceReader,
): Promise<void> {
  const certificate = cert && (await reader.value('cert', { from: 'file', path: cert }));
  const privateKey = key && (await reader.value('key', { from: 'file', path: key }));
  if (!certificate || !privateKey) return;
  const complaint = tlsComplaint(certificate, privateKey);
  if (complaint) {
    const { field, mistake } = complaint;
    const path = field === 'cert' ? cert : key;
    reader.report(
      field,
      `names ${path.written}, which ${mistake}`,
      'Name a certificate and its own key, both PEM and not encrypted.',
    );
    return;
  }
  data.add('cert', 'tls.crt', certificate);
  data.add('key', 'tls.key', privateKey);
}

async function fillDockerConfig(
  data: SecretData,
  content: Extract<ContentPlan, { kind: 'docker-registry' }>,
  reader: SourceReader,
): Promise<void> {
  const server = content.server && reader.expand('server', content.server);
  if (server === '') reader.report('server', 'is empty', 'Name the registry, such as registry.example.com.');
  const username = await oneLine('username', content.username, reader);
  const password = await oneLine('password', content.password, reader);
  const email = await oneLine('email', content.email, reader, { mayBeEmpty: true });
  if (!server || !username || !password) return;
  const config = dockerConfigJson(server, { username, password, email });
  reader.registered(Buffer.from(dockerAuth(username, password)));
  data.add('', '.dockerconfigjson', Buffer.from(config));
}

/** Reads a value of one line. Strips the line break that editors put at the end of a file. */
async function oneLine(
  field: string,
  source: ValueSource | undefined,
  reader: SourceReader,
  { mayBeEmpty = false } = {},
): Promise<string | undefined> {
  const bytes = source && (await reader.value(field, source));
  if (!bytes) return undefined;
  if (!isUtf8(bytes)) return reader.report(field, 'is not UTF-8', 'Give it as text.');
  const text = source.from === 'file' ? bytes.toString('utf8').replace(/\r?\n$/, '') : bytes.toString('utf8');
  return text || mayBeEmpty ? text : reader.report(field, 'is empty', 'Set the variable or fill the file.');
}
