import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretInputs } from '../spec/secret-inputs.js';
import type { SecretSpec } from '../spec/spec.js';
import { readSecrets } from './read-secrets.js';
import type { SecretObject } from './secret-object.js';
import { certificate, privateKey } from './tls.fixture.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nx-kube-secrets-'));
  mkdirSync(join(directory, 'keys/nested'), { recursive: true });
  mkdirSync(join(directory, 'empty'));
  const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const files: Record<string, string | Buffer> = {
    'rsa.pub': 'ssh-rsa hunter2-pub',
    'keys/one': 'hunter2-one',
    'keys/two.txt': 'hunter2-two',
    'keys/nested/three': 'hunter2-three',
    'bad key': 'hunter2-bad',
    binary: Buffer.from([0, 255, 10, 128, 1, 2, 3, 4, 5]),
    token: 'hunter2-token\n',
    'good.env': 'A=hunter2-a\nFROM_ENV\n#no\nB=\n',
    'bad.env': 'A=1\nexport PASSWORD=hunter2-export\nhunter2_alone_on_its_line\nA=2\n',
    'tls.crt': certificate,
    'tls.key': privateKey,
    'other.key': other.export({ type: 'pkcs8', format: 'pem' }),
    largest: Buffer.alloc(1_048_576),
    'too-large': Buffer.alloc(1_048_577),
    half: Buffer.alloc(524_289),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  symlinkSync('../rsa.pub', join(directory, 'keys/link'));
  symlinkSync('rsa.pub', join(directory, 'link.pub'));
  execFileSync('mkfifo', [join(directory, 'pipe')]);
});
afterAll(() => rmSync(directory, { recursive: true }));

const env = { USER_NAME: 'ada', TOKEN: 'hunter2-token', FROM_ENV: 'hunter2-env', EMPTY: '', KEYS: 'keys' };
const read = (specs: unknown, namespace?: string) =>
  readSecrets(specs, { projectDirectory: directory, env, namespace });

async function made(spec: unknown): Promise<SecretObject> {
  const { secrets, mistakes } = await read([spec]);
  expect(mistakes).toEqual([]);
  expect(secrets).toHaveLength(1);
  return secrets[0]!;
}

const plain = ({ data }: SecretObject) =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

describe('readSecrets', () => {
  it('a docker-registry secret equals the one that kubectl makes', async () => {
    const spec: SecretSpec = {
      name: 'regcred',
      kind: 'docker-registry',
      server: 'registry.example.com',
      username: '${USER_NAME}',
      password: { env: 'TOKEN' },
      email: { plain: 'ada@example.com' },
    };
    const secret = await made(spec);
    expect(secret).toMatchObject({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/dockerconfigjson' });
    expect(JSON.parse(plain(secret)['.dockerconfigjson']!)).toEqual({
      auths: {
        'registry.example.com': {
          username: 'ada',
          password: 'hunter2-token',
          email: 'ada@example.com',
          auth: Buffer.from('ada:hunter2-token').toString('base64'),
        },
      },
    });
  });

  it('a docker-registry secret is for Docker Hub by default, and reads a token from a file without its line break', async () => {
    const secret = await made({
      name: 'a',
      kind: 'docker-registry',
      username: { plain: 'x' },
      password: { file: 'token' },
    });
    expect(JSON.parse(plain(secret)['.dockerconfigjson']!).auths).toMatchObject({
      'https://index.docker.io/v1/': { password: 'hunter2-token' },
    });
  });

  it('a generic secret has its values from the environment and files, byte for byte', async () => {
    const literals = {
      url: 'https://${USER_NAME}:${TOKEN}@example.com',
      token: { env: 'TOKEN' },
      empty: '${EMPTY}',
      fallback: '${NONE:-}',
      file: { file: './token' },
      marked: { plain: '' },
    };
    const secret = await made({ name: 'creds', kind: 'generic', literals });
    expect(secret.type).toBe('Opaque');
    expect(plain(secret)).toEqual({
      url: 'https://ada:hunter2-token@example.com',
      token: 'hunter2-token',
      empty: '',
      fallback: '',
      file: 'hunter2-token\n',
      marked: '',
    });
    const binary = await made({ name: 'b', kind: 'generic', literals: { b: { file: 'binary' } } });
    expect(Buffer.from(binary.data['b']!, 'base64')).toEqual(Buffer.from([0, 255, 10, 128, 1, 2, 3, 4, 5]));
  });

  it('a from-file secret takes its keys from the file name, the given key, or the regular files of a folder', async () => {
    const files = ['./rsa.pub', 'bob=./link.pub', '${KEYS}'];
    expect(plain(await made({ name: 'a', kind: 'from-file', files }))).toEqual({
      'rsa.pub': 'ssh-rsa hunter2-pub',
      bob: 'ssh-rsa hunter2-pub',
      one: 'hunter2-one',
      'two.txt': 'hunter2-two',
    });
    expect(plain(await made({ name: 'a', kind: 'from-file', files: 'link.pub' }))).toHaveProperty('link.pub');
  });

  it('a from-file spec with a map of files makes a secret for each entry', async () => {
    const spec = {
      kind: 'from-file',
      namespace: 'ns',
      files: { alice: 'alice=./rsa.pub', bob: ['a=token', 'b=rsa.pub'] },
    };
    const { secrets, mistakes } = await read([spec]);
    expect(mistakes).toEqual([]);
    expect(secrets.map(({ metadata, data }) => [metadata, Object.keys(data)])).toEqual([
      [{ name: 'alice', namespace: 'ns' }, ['alice']],
      [{ name: 'bob', namespace: 'ns' }, ['a', 'b']],
    ]);
  });

  it('a from-env-file secret has a key for each line', async () =>
    expect(plain(await made({ name: 'a', kind: 'from-env-file', files: 'good.env' }))).toEqual({
      A: 'hunter2-a',
      FROM_ENV: 'hunter2-env',
      B: '',
    }));

  it('a tls secret has a certificate and its key', async () => {
    const secret = await made({ name: 'a', kind: 'tls', cert: 'tls.crt', key: './tls.key' });
    expect(secret.type).toBe('kubernetes.io/tls');
    expect(plain(secret)).toEqual({ 'tls.crt': certificate, 'tls.key': privateKey });
  });

  it('a secret has the given namespace, type, labels, annotations and immutability, and no empty maps', async () => {
    const secret = await made({
      ...{ name: 'a', kind: 'from-file', files: 'rsa.pub', namespace: 'ns', type: 'example.com/x', immutable: true },
      ...{ labels: { 'app.kubernetes.io/name': 'x', empty: '' }, annotations: { note: 'any text' } },
    });
    expect(secret).toMatchObject({
      type: 'example.com/x',
      immutable: true,
      metadata: {
        namespace: 'ns',
        labels: { 'app.kubernetes.io/name': 'x', empty: '' },
        annotations: { note: 'any text' },
      },
    });
    const bare = await made({ name: 'a', kind: 'from-file', files: 'rsa.pub', immutable: false });
    expect(Object.keys(bare)).toEqual(['apiVersion', 'kind', 'metadata', 'type', 'data']);
    expect(bare.metadata).toEqual({ name: 'a' });
  });

  it('a secret may be as large as the API server allows', async () =>
    expect(Object.keys((await made({ name: 'a', kind: 'from-file', files: 'largest' })).data)).toEqual(['largest']));

  it('a secret is in the namespace of the target unless it names one', async () => {
    const file = { kind: 'from-file', files: 'rsa.pub' };
    const { secrets } = await read({ a: file, b: { ...file, namespace: 'own' } }, 'common');
    expect(secrets.map(({ metadata }) => metadata)).toEqual([
      { name: 'a', namespace: 'common' },
      { name: 'b', namespace: 'own' },
    ]);
  });
});

describe('readSecrets: mistakes', () => {
  const generic = (literals: unknown) => ({ name: 's', kind: 'generic', literals });
  const files = (given: unknown) => ({ name: 's', kind: 'from-file', files: given });
  const envFile = (given: unknown) => ({ name: 's', kind: 'from-env-file', files: given });
  const docker = (fields: object) => ({
    name: 's',
    kind: 'docker-registry',
    username: '${USER_NAME}',
    password: '${TOKEN}',
    ...fields,
  });
  const plainAdvice =
    'Put it into an environment variable and write "${NAME}", or into a file. Use { "plain": … } only for text that is no secret.';
  const forms = '"${NAME}", { "env": "NAME" }, { "file": "./path" } or { "plain": "text" }';
  const nameFile = 'Name the file, relative to the project’s root.';
  const nameFiles = 'Name the files, relative to the project’s root.';
  const relative = 'Correct the path: it is relative to the project’s root.';

  it.each<[unknown, string]>([
    [undefined, 'secrets is missing → List the secrets to make; an empty list removes all of them.'],
    ['x', 'secrets must be a list or a map of secrets → List the secrets to make; an empty list removes all of them.'],
    [['x'], 'secrets[0] must be an object → Give it a name, a kind and the kind’s fields.'],
    [[{ name: 's' }], 's: kind is missing → Use one of docker-registry, generic, from-file, from-env-file, tls.'],
    [[{ name: 's', kind: 'from-files' }], 's: kind is not known → Did you mean from-file?'],
    [[{ ...docker({}), usrname: '${TOKEN}' }], 's: usrname is not known → Did you mean username?'],
    [
      [{ ...generic({}), cert: 'x' }],
      's: cert is not known → Use one of annotations, immutable, kind, labels, literals, name, namespace, type.',
    ],
    [[{ kind: 'generic', literals: {} }], 'secrets[0]: name is missing → Give the secret a name.'],
    [
      [{ ...generic({}), name: 'A_b' }],
      'A_b: name must consist of lowercase letters, digits, . and -, and must begin and end with a letter or digit → Correct it.',
    ],
    [[{ ...generic({}), name: 5 }], 'secrets[0]: name must be a string → Put it in quotes.'],
    [
      [{ ...generic({}), namespace: 'a.b' }],
      's: namespace must consist of lowercase letters, digits and -, and must begin and end with a letter or digit → Correct it.',
    ],
    [[{ ...generic({}), type: '' }], 's: type is empty → Correct it.'],
    [[{ ...generic({}), immutable: 'yes' }], 's: immutable must be true or false → Write it without quotes.'],
    [[{ ...generic({}), labels: { tier: 1 } }], 's: labels.tier must be a string → Put it in quotes.'],
    [[{ ...generic({}), labels: 'x' }], 's: labels must map names to strings → Write "labels": { "name": "value" }.'],
    [
      [{ ...generic({}), labels: { a: 'b c' } }],
      's: labels.a must consist of at most 63 letters, digits, ., - and _, and must begin and end with a letter or digit → Correct it.',
    ],
    [
      [{ ...generic({}), labels: { 'applyset.kubernetes.io/part-of': 'x' } }],
      's: labels.applyset.kubernetes.io/part-of is reserved: it marks the set that owns the secret → Correct it.',
    ],
    [
      [{ ...generic({}), annotations: { 'a/b/c': 'x' } }],
      's: annotations.a/b/c is not of the form name or prefix/name → Correct it.',
    ],
    [[generic({}), generic({})], 's is defined twice → Rename or remove one of them.'],
    [
      [{ name: 'x', kind: 'from-file', files: { s: 'rsa.pub' } }],
      'x: name is not allowed beside a map of files, whose keys are the names → Remove it.',
    ],
    [
      [{ kind: 'from-file', files: { A: 'rsa.pub' } }],
      'A: name must consist of lowercase letters, digits, . and -, and must begin and end with a letter or digit → Rename it.',
    ],

    [[generic(undefined)], 's: literals is missing → Write "literals": { "key": "${NAME}" }.'],
    [
      [generic(['a=b'])],
      's: literals must map keys to the places of their values → Write "literals": { "key": "${NAME}" }.',
    ],
    [
      [generic({ a: 'hunter2-plain' })],
      `s: literals.a is a value itself, which Nx would store in its project graph and cache → ${plainAdvice}`,
    ],
    [
      [generic({ a: '${NONE:-hunter2-default}' })],
      's: literals.a has a default for NONE, which would be a value in the options → Set NONE, or write ${NONE:-} if it may be empty.',
    ],
    [
      [generic({ a: 'hunter2-${' })],
      's: literals.a has a ${ that does not begin a reference → Write ${NAME} or ${NAME:-default}, or $${ for the characters themselves.',
    ],
    [[generic({ a: 12345678 })], `s: literals.a must be ${forms} → Write one of these.`],
    [[generic({ a: { value: 'hunter2-x' } })], `s: literals.a must be ${forms} → Write one of these.`],
    [[generic({ a: { env: 'TOKEN', plain: 'hunter2-x' } })], `s: literals.a must be ${forms} → Write one of these.`],
    [
      [generic({ a: { env: '${TOKEN}' } })],
      's: literals.a.env is not the name of an environment variable → Write the name alone, without $ and {}.',
    ],
    [
      [generic({ a: '${NONE}' })],
      's: literals.a refers to the environment variable NONE, which is not set → Set it, or correct its name.',
    ],
    [
      [generic({ a: { env: 'NONE' } })],
      's: literals.a refers to the environment variable NONE, which is not set → Set it, or correct its name.',
    ],
    [
      [generic({ 'a b': '${TOKEN}' })],
      's: literals.a b is not a valid key: it must consist of letters, digits, ., - and _ → Rename the key.',
    ],
    [[generic({ a: { file: 'keys' } })], 's: literals.a names keys, which is a folder → Name a file.'],

    [[docker({ username: undefined })], `s: username is missing → ${plainAdvice}`],
    [
      [docker({ username: 'hunter2-user' })],
      `s: username is a value itself, which Nx would store in its project graph and cache → ${plainAdvice}`,
    ],
    [
      [docker({ password: { plain: 'hunter2-plain' } })],
      's: password must not be written in the options → Put it into an environment variable and write "${NAME}".',
    ],
    [
      [docker({ password: 5 })],
      's: password must be "${NAME}", { "env": "NAME" } or { "file": "./path" } → Write one of these.',
    ],
    [[docker({ password: '${EMPTY}' })], 's: password is empty → Set the variable or fill the file.'],
    [[docker({ password: { file: 'binary' } })], 's: password is not UTF-8 → Give it as text.'],
    [[docker({ server: '' })], 's: server is empty → Name the registry, such as registry.example.com.'],
    [[docker({ server: 5 })], 's: server must be a string → Put it in quotes.'],

    [[files(undefined)], `s: files is missing → ${nameFiles}`],
    [[files([])], `s: files is empty → ${nameFiles}`],
    [[files([5])], 's: files[0] must be a path → Write path or key=path.'],
    [[files('')], `s: files must be a path → ${nameFile}`],
    [
      [files('a=b=c')],
      's: files has more than one =, but neither a key nor a path can hold one → Write path or key=path.',
    ],
    [[files('./nope')], `s: files names ./nope, which does not exist → ${relative}`],
    [[files(['rsa.pub/x'])], `s: files[0] names rsa.pub/x, which does not exist → ${relative}`],
    [[files('${TOKEN}')], `s: files names \${TOKEN}, which does not exist → ${relative}`],
    [
      [files('${NONE}/x')],
      's: files refers to the environment variable NONE, which is not set → Set it, or correct its name.',
    ],
    [[files('~/rsa.pub')], 's: files begins with ~, which only a shell expands → Write ${HOME} instead.'],
    [[files('k=keys')], 's: files gives one key to all files of the folder keys → Remove the key.'],
    [[files('empty')], 's: files names the folder empty, which has no regular file → Correct the path.'],
    [[files('pipe')], 's: files names pipe, which is neither a file nor a folder → Name a regular file.'],
    [
      [files('bad key')],
      's: files gives the key "bad key", which is not valid: it must consist of letters, digits, ., - and _ → Give it another key.',
    ],
    [[files(['rsa.pub', 'rsa.pub=token'])], 's: files[1] repeats the key rsa.pub → Remove one of them.'],
    [
      [files('too-large')],
      's: files names too-large, which is larger than a Secret may be (1048576 bytes) → Name the right file, or split it.',
    ],
    [
      [files(['half', 'other=half'])],
      's has 1048578 bytes of values, but at most 1048576 bytes are allowed → Split it into several secrets.',
    ],

    [[envFile('nope.env')], `s: files names nope.env, which does not exist → ${relative}`],
    [[envFile('keys')], 's: files names keys, which is a folder → Name a file.'],
    [[{ name: 's', kind: 'tls', key: 'tls.key' }], `s: cert is missing → ${nameFile}`],
    [
      [{ name: 's', kind: 'tls', cert: 'tls.crt', key: 'other.key' }],
      's: key names other.key, which is not the key of the certificate → Name a certificate and its own key, both PEM and not encrypted.',
    ],
    [
      [{ name: 's', kind: 'tls', cert: 'rsa.pub', key: 'tls.key' }],
      's: cert names rsa.pub, which holds no PEM certificate → Name a certificate and its own key, both PEM and not encrypted.',
    ],
  ])('the mistake is reported with secret, field and next step, and without values: %j', async (specs, expected) => {
    const { mistakes } = await read(specs);
    expect(mistakes.map(({ where, mistake, next }) => `${where} ${mistake} → ${next}`)).toEqual([expected]);
    expect(JSON.stringify(mistakes)).not.toContain('hunter2');
  });

  it('mistakes in an env file are reported by line', async () => {
    const { mistakes } = await read([envFile('bad.env')]);
    expect(mistakes.map(({ where, mistake }) => `${where} ${mistake}`)).toEqual([
      's: files names bad.env, whose line 2 does not begin with the name of a variable',
      's: files names bad.env, whose line 3 names an environment variable that is not set',
      's: files, line 4 repeats the key A',
    ]);
    expect(JSON.stringify(mistakes)).not.toContain('hunter2');
  });

  it('all mistakes of all secrets are reported together', async () => {
    const { mistakes } = await read({
      a: docker({ name: undefined, username: '${NONE}', password: 'hunter2-x', extra: 1 }),
      b: files(['./nope', './nope-either']),
    });
    expect(mistakes.map(({ where }) => where)).toEqual([
      'a: extra',
      'a: password',
      'a: username',
      's: files[0]',
      's: files[1]',
    ]);
  });
});

describe('readSecrets and secretInputs', () => {
  it('the redactor knows every value that was read, but no value that is marked as plain', async () => {
    const { redactor } = await read([
      { name: 'a', kind: 'docker-registry', username: { plain: 'plain-text' }, password: '${TOKEN}' },
      { name: 'b', kind: 'from-file', files: ['rsa.pub', 'keys'] },
      { name: 'c', kind: 'from-env-file', files: 'good.env' },
    ]);
    const auth = Buffer.from('plain-text:hunter2-token').toString('base64');
    const text = `plain-text hunter2-token hunter2-pub hunter2-one hunter2-two hunter2-a hunter2-env ${auth}`;
    expect(redactor.redact(text)).toBe('plain-text *** hunter2-pub *** *** *** *** ***');
    expect(redactor.redact('ssh-rsa hunter2-pub')).toBe('***');
  });

  it('the inputs of secrets are found without reading files and variables', () => {
    const specs: SecretSpec[] = [
      {
        name: 'a',
        kind: 'docker-registry',
        server: '${SERVER}',
        username: '${USER_NAME}',
        password: { file: './token' },
      },
      { name: 'b', kind: 'generic', literals: { x: { env: 'TOKEN' }, y: '${A}${B:-}', z: { plain: 'p' } } },
      { kind: 'from-file', files: { alice: 'alice=./rsa.pub', bob: ['${KEYS}', '${NONE}/x'] } },
      { name: 'd', kind: 'from-env-file', files: ['good.env'] },
      { name: 'e', kind: 'tls', cert: '/abs/tls.crt', key: 'not-there.key' },
    ];
    expect(secretInputs(specs, { projectDirectory: '/p', env })).toEqual({
      paths: ['/abs/tls.crt', '/p/good.env', '/p/keys', '/p/not-there.key', '/p/rsa.pub', '/p/token'],
      variables: ['A', 'B', 'KEYS', 'NONE', 'SERVER', 'TOKEN', 'USER_NAME'],
    });
  });
});
