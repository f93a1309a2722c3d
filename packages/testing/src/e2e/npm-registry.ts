import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import type { PackedPackage } from './packed-packages.js';
import { repository } from './workspace.js';

/** A running npm registry. */
export interface NpmRegistry {
  /** Address on loopback. */
  url: string;
  close(): Promise<void>;
}

type Manifest = Record<string, unknown> & { version: string };
interface Source {
  manifest: Manifest;
  write: (response: ServerResponse) => Promise<void>;
}

/**
 * Serves packed packages and the installed packages of this repository, as an npm registry does. So packages can be
 * installed without any other source.
 */
export async function serveNpmRegistry(packed: readonly PackedPackage[]): Promise<NpmRegistry> {
  const installed = installedPackages();
  const own = new Map(
    await Promise.all(packed.map(async (one) => [one.name, [await packedSource(one)]] as [string, Source[]])),
  );
  const sources = (name: string): Source[] => own.get(name) ?? installed.get(name) ?? [];
  const server = createServer((request, response) => {
    const [, name = '', version] =
      /^\/([^?]+?)(?:\/-\/(.+)\.tgz)?(?:\?.*)?$/.exec(decodeURIComponent(request.url!)) ?? [];
    const found = sources(name);
    if (!found.length) return void response.writeHead(404).end('{}');
    if (version === undefined) return void response.end(JSON.stringify(packument(name, found, request.headers.host!)));
    const one = found.find(({ manifest }) => manifest.version === version);
    if (!one) return void response.writeHead(404).end();
    one.write(response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function packument(name: string, sources: readonly Source[], host: string): object {
  const versions = sources.map(({ manifest }) => {
    const tarball = `http://${host}/${name}/-/${manifest.version}.tgz`;
    return [manifest.version, { ...manifest, name, dist: { tarball } }];
  });
  // The package at the top of node_modules comes first.
  return { name, 'dist-tags': { latest: sources[0]!.manifest.version }, versions: Object.fromEntries(versions) };
}

async function packedSource({ tarball }: PackedPackage): Promise<Source> {
  const { stdout } = await execa('tar', ['-xzOf', tarball, 'package/package.json']);
  return {
    manifest: JSON.parse(stdout) as Manifest,
    write: async (response) => void createReadStream(tarball).pipe(response),
  };
}

/** The packages of the lock file, also those for other platforms, which are not installed here. */
function installedPackages(): Map<string, Source[]> {
  const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Manifest>;
  };
  const found = new Map<string, Source[]>();
  for (const [path, manifest] of Object.entries(lock.packages)) {
    const name = path.split('node_modules/').at(-1)!;
    if (!path.includes('node_modules/') || !manifest.version) continue;
    const folder = join(repository, path);
    const versions = found.get(name) ?? [];
    found.set(name, versions);
    if (versions.some((one) => one.manifest.version === manifest.version)) continue;
    versions.push({ manifest, write: (response) => writeFolder(folder, response) });
  }
  return found;
}

async function writeFolder(folder: string, response: ServerResponse): Promise<void> {
  if (!existsSync(folder)) return void response.writeHead(404).end();
  const exclude = ['--exclude=./node_modules', '--transform=s,^\\.,package,'];
  const tar = execa('tar', ['-cf', '-', ...exclude, '-C', folder, '.'], { buffer: false, stdin: 'ignore' });
  const gzip = execa('gzip', ['-1'], { buffer: false, stdin: tar.stdout });
  gzip.stdout.pipe(response);
  await Promise.all([tar, gzip]);
}
