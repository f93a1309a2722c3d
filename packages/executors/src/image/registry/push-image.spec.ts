import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packProgram } from '../archive/layer.js';
import { digestOf, writeArchive } from '../archive/write-archive.js';
import { programConfig } from '../build/program-config.js';
import { pushImage } from './push-image.js';

/** A scripted registry: it behaves as some do, unlike the one in `push-image.cluster.spec.ts`. */
describe('pushImage to a scripted registry', () => {
  let folder: string;
  let archive: string;
  let requests: string[];
  let uploads: { digest: string; bytes: Buffer }[];
  let blobStatus: number;
  let failingUploads: number;
  const server = createServer(async (request, response) => {
    const { method, url = '', headers } = request;
    requests.push(`${method} ${url.replace(/[0-9a-f]{64}/, '<digest>')}`);
    const body = await buffer(request);
    if (method === 'HEAD' && url.includes('/blobs/'))
      return response.writeHead(blobStatus, { location: '/store' }).end();
    if (method === 'HEAD') return response.writeHead(404).end();
    if (method === 'POST') return response.writeHead(202, { location: '/upload?state=a%3Db' }).end();
    if (url.startsWith('/upload')) {
      if ((failingUploads -= 1) >= 0) return response.writeHead(500).end();
      expect(headers['content-length']).toBe(String(body.length));
      uploads.push({ digest: new URL(url, 'http://x').searchParams.get('digest')!, bytes: body });
    }
    return response.writeHead(201).end();
  });

  beforeEach(async () => {
    [requests, uploads, blobStatus, failingUploads] = [[], [], 404, 0];
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    folder = await mkdtemp(join(tmpdir(), 'nx-kube-push-'));
    await writeFile(join(folder, 'program'), 'program');
    const layer = await packProgram({ file: join(folder, 'program'), path: '/manager' }, join(folder, 'layer'));
    const platform = { os: 'linux', architecture: 'amd64' };
    const config = programConfig({ platform, entrypoint: ['/manager'], user: '1', diffIds: [layer.diffId] });
    archive = join(folder, 'image.tar');
    await writeArchive({ name: 'app', tag: 'a', config, layers: [layer] }, archive);
  });
  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve).closeAllConnections());
    await rm(folder, { recursive: true, force: true });
  });
  const push = (onProgress?: (message: string) => void) => {
    const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return pushImage({ registry, name: 'app', tag: 'a', archive, onProgress });
  };

  it('the query of an upload address is kept', async () => {
    expect(await push()).toMatchObject({ pushed: true });
    expect(requests).toContain('PUT /upload?state=a%3Db&digest=sha256%3A<digest>');
    expect(uploads.map(({ bytes }) => digestOf(bytes))).toEqual(uploads.map(({ digest }) => digest));
    expect(uploads).toHaveLength(2);
  });

  it('a redirect counts as an existing layer', async () => {
    blobStatus = 307;
    expect(await push()).toMatchObject({ pushed: true });
    expect(uploads).toEqual([]);
  });

  it('a failed upload starts again with all of its bytes', async () => {
    failingUploads = 2;
    const progress: string[] = [];
    await push((message) => progress.push(message));
    expect(uploads.map(({ bytes }) => digestOf(bytes))).toEqual(uploads.map(({ digest }) => digest));
    expect(requests.filter((request) => request.startsWith('POST'))).toHaveLength(4);
    expect(progress.filter((message) => /answered 500 for app\. Trying again\.$/.test(message))).toHaveLength(2);
  });
});
