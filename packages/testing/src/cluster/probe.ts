import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster } from '@nx-kube/cluster/api/cluster.js';
import { localRegistry } from '@nx-kube/cluster/environment/local-registry.js';
import { nodePlatforms } from '@nx-kube/cluster/environment/node-platforms.js';
import type { KubeObject } from '@nx-kube/cluster/object/kube-object.js';
import { execa } from 'execa';

const source = fileURLToPath(new URL('../../testdata/probe/main.go', import.meta.url));

let image: Promise<string> | undefined;

/** Builds an image with only the program of `testdata/probe` and pushes it to the cluster's registry, on first use. */
export function probeImage(cluster: Cluster): Promise<string> {
  image ??= buildAndPush(cluster);
  return image;
}

/** Makes a pod that runs the probe and passes Pod Security `restricted`. */
export async function probePod(
  cluster: Cluster,
  {
    name,
    namespace,
    args,
    labels = {},
  }: { name: string; namespace: string; args: string[]; labels?: Record<string, string> },
): Promise<KubeObject> {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: await probePodSpec(cluster, args),
  };
}

export async function probePodSpec(cluster: Cluster, args: string[]): Promise<Record<string, unknown>> {
  return {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'main',
        image: await probeImage(cluster),
        args,
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
        },
      },
    ],
  };
}

async function buildAndPush(cluster: Cluster): Promise<string> {
  const registry = await localRegistry(cluster);
  const [platform] = await nodePlatforms(cluster);
  if (!registry || !platform) throw new Error('The cluster has no local registry or no node.');
  const binary = await compile(platform.architecture);
  const layer = tarOf('probe', binary);
  const config = Buffer.from(
    JSON.stringify({
      ...platform,
      config: { Entrypoint: ['/probe'], User: '65532:65532' },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', size: layer.length, digest: digestOf(layer) }],
    }),
  );
  const repository = 'nx-kube-test/probe';
  const tag = digestOf(manifest).slice('sha256:'.length, 'sha256:'.length + 12);
  const url = `http://${registry}/v2/${repository}`;
  if (!(await fetch(`${url}/manifests/${tag}`, { method: 'HEAD', headers: { accept: '*/*' } })).ok) {
    for (const blob of [config, layer]) await pushBlob(url, blob);
    await put(`${url}/manifests/${tag}`, manifest, 'application/vnd.oci.image.manifest.v1+json');
  }
  return `${registry}/${repository}:${tag}`;
}

async function compile(architecture: string): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'nx-kube-probe-'));
  try {
    const output = join(directory, 'probe');
    await execa('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', output, source], {
      env: { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: architecture, GOFLAGS: '' },
    });
    return await readFile(output);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Makes a tar archive with one executable file. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, width: number) => value.toString(8).padStart(width - 1, '0');
  header.write(name, 0);
  header.write(octal(0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\u000000', 257);
  header.write(
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      7,
    )}\u0000 `,
    148,
  );
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

async function pushBlob(url: string, blob: Buffer): Promise<void> {
  const started = await fetch(`${url}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', url);
  location.searchParams.set('digest', digestOf(blob));
  await put(location.href, blob, 'application/octet-stream');
}

async function put(url: string, body: Buffer, contentType: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'PUT',
    body: new Uint8Array(body),
    headers: { 'content-type': contentType },
  });
  if (!answer.ok) throw new Error(`PUT ${url}: ${answer.status} ${await answer.text()}`);
}
