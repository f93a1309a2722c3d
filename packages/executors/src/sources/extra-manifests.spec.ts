import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain } from '@nx-kube/cluster';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readExtraManifests, type ExtraManifest } from './extra-manifests.js';

let root: string;
let server: Server;
let address: string;
/** Text of the server by path, and the number of requests. */
let served: Record<string, string>;
let requests = 0;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-kube-extra-'));
  served = {};
  requests = 0;
  server = createServer((request, answer) => {
    requests += 1;
    const text = served[request.url!];
    answer.writeHead(text === undefined ? 404 : 200).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const read = (...entries: ExtraManifest[]) => readExtraManifests(entries, { stateDirectory: join(root, 'state') });
const namesOf = async (...entries: ExtraManifest[]) => (await read(...entries)).map(({ metadata }) => metadata.name);
const messageOf = async (...entries: ExtraManifest[]) =>
  explain(await read(...entries).catch((error: unknown) => error));

describe('readExtraManifests of files', () => {
  it('objects are read from files and globs in order', async () => {
    await mkdir(join(root, 'more'));
    for (const name of ['b', 'a']) await writeFile(join(root, 'more', `${name}.yaml`), configMap(name));
    await writeFile(join(root, 'first.yaml'), `${configMap('one')}---\n${configMap('two')}`);
    expect(await namesOf(join(root, 'first.yaml'), join(root, 'more', '*.yaml'))).toEqual(['one', 'two', 'a', 'b']);
  });

  it('an existing file with the name of a glob is read', async () => {
    await writeFile(join(root, 'a[1].yaml'), configMap('one'));
    expect(await namesOf(join(root, 'a[1].yaml'))).toEqual(['one']);
  });

  it('an entry without a file and a file without a manifest are named', async () => {
    expect(await messageOf(join(root, 'none/*.yaml'))).toBe(
      `"extraManifests": ${root}/none/*.yaml matches no file.\n  → Correct the path; files and globs are relative to the workspace root.`,
    );
    await writeFile(join(root, 'bad.yaml'), 'kind: ConfigMap\n');
    expect(await messageOf(join(root, 'bad.yaml'))).toContain(`${root}/bad.yaml, document 1: apiVersion is missing`);
  });
});

describe('readExtraManifests of a URL', () => {
  it('a URL is downloaded once and kept by its hash', async () => {
    served['/a.yaml'] = configMap('remote');
    const entry = { url: `${address}/a.yaml`, sha256: sha256(configMap('remote')) };
    expect(await namesOf(entry)).toEqual(['remote']);
    served = {};
    expect(await namesOf(entry)).toEqual(['remote']);
    expect(requests).toBe(1);
    expect(await readdir(join(root, 'state', 'downloads'))).toEqual([entry.sha256]);
  });

  it('a damaged download is repeated', async () => {
    served['/a.yaml'] = configMap('remote');
    const entry = { url: `${address}/a.yaml`, sha256: sha256(configMap('remote')) };
    await read(entry);
    await writeFile(join(root, 'state', 'downloads', entry.sha256), configMap('evil'));
    expect(await namesOf(entry)).toEqual(['remote']);
    expect(requests).toBe(2);
  });

  it('content with another hash is refused, and both hashes are named', async () => {
    served['/a.yaml'] = configMap('changed');
    const wanted = sha256(configMap('remote'));
    expect(await messageOf({ url: `${address}/a.yaml`, sha256: wanted })).toContain(
      `${address}/a.yaml has the sha256 ${sha256(configMap('changed'))}, not ${wanted}.`,
    );
    await expect(readdir(join(root, 'state', 'downloads'))).rejects.toThrow();
  });

  it('a URL needs https and a valid hash', async () => {
    expect(await messageOf('https://example.com/a.yaml')).toBe(
      '"extraManifests": https://example.com/a.yaml has no "sha256".\n  → Write it as { "url": "https://example.com/a.yaml", "sha256": "<sha256sum of its content>" }.',
    );
    expect(await messageOf({ url: 'https://example.com/a.yaml', sha256: 'abc' })).toContain(
      'is not a SHA-256 hash: "abc".',
    );
    expect(await messageOf({ url: 'http://example.com/a.yaml', sha256: sha256('') })).toContain(
      '"extraManifests": http://example.com/a.yaml is not an https URL.',
    );
  });

  it('a failed download is reported with its reason', async () => {
    const entry = { url: `${address}/none.yaml`, sha256: sha256('') };
    expect(await messageOf(entry)).toContain(`${address}/none.yaml cannot be downloaded: status 404.`);
    expect(await messageOf({ ...entry, url: 'http://127.0.0.1:1/a' })).toMatch(
      /cannot be downloaded: .+\.\n {2}→ Check the URL and the network/,
    );
  });
});
