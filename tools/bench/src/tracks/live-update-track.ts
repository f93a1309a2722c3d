import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoBuild } from '@nx-kube/executors/go/arguments.js';
import { addEntry } from '@nx-kube/executors/image/archive/layer.js';
import { findWorkload } from '@nx-kube/executors/workload/find.js';
import { pack } from 'tar-stream';
import { save, type Edit } from '../edits/edit.js';
import { deliverImage } from '../live-update/image.js';
import { programPath, softened, softenedName } from '../live-update/manifests.js';
import { buildProgram } from '../live-update/program.js';
import type { LiveUpdateSample } from '../report/sample.js';
import { build, plainArguments } from './go-build.js';
import {
  apply,
  exec,
  list,
  NxKubeError,
  read,
  refOf,
  remove,
  waitGone,
  waitReady,
  type Cluster,
  type Identified,
  type KubeObject,
  type Platform,
} from '@nx-kube/cluster';
import type { Workspace } from '@nx-kube/testing/e2e/workspace.js';

/** Path of the controller's binary in the softened image. */
const binaryPath = '/manager';
/** The same as the loop's longest frame. */
const chunkBytes = 64 * 1024;
const goneMs = 120_000;

export interface LiveUpdateOptions {
  workspace: Workspace;
  project: string;
  goBuild: GoBuild;
  platform: Platform;
  /** The project's rendered objects. */
  rendered: KubeObject[];
  cluster: Cluster;
  signal: AbortSignal;
}

/**
 * Does what live-update tools do with a softened pod: `go build` with default flags, the whole binary as a tar through
 * one exec, stop of the old process, start of the new one. It is faster than the tools: no debouncing of events, no
 * second exec for the restart.
 */
export class LiveUpdateTrack {
  #pod = '';
  #container = '';

  private constructor(
    private readonly options: LiveUpdateOptions,
    private readonly objects: KubeObject[],
  ) {}

  /** Resolves once the softened pod is ready. */
  static async start(options: LiveUpdateOptions): Promise<LiveUpdateTrack> {
    const { project, goBuild, platform, rendered, cluster, signal } = options;
    const workload = findWorkload(rendered, { project }, `${project}'s manifests`);
    const folder = await mkdtemp(join(tmpdir(), 'nx-kube-bench-'));
    let image: string;
    try {
      const program = join(folder, 'live-update');
      await buildProgram(program, goBuild.goarch, signal);
      await build(goBuild, signal, plainArguments(goBuild));
      const files = { [programPath]: program, [binaryPath]: goBuild.output };
      image = await deliverImage(files, folder, { cluster, platform, signal });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const track = new LiveUpdateTrack(options, softened(workload, image, binaryPath));
    try {
      await apply(cluster, track.objects, { fieldManager: softenedName, signal });
      await waitReady(cluster, track.objects.map(refOf), { signal });
      await track.#findPod();
      track.#container = workload.container.name;
      return track;
    } catch (error) {
      await track.stop();
      throw error;
    }
  }

  async measure(edit: Edit): Promise<LiveUpdateSample> {
    const { workspace, goBuild, signal } = this.options;
    save(workspace, edit);
    const buildMs = await build(goBuild, signal, plainArguments(goBuild));
    return { buildMs, ...(await this.#sync()) };
  }

  /** Removes the softened workload and waits until it is gone. */
  async stop(): Promise<void> {
    const { cluster } = this.options;
    // The namespace takes its content with it.
    const outermost = this.objects
      .filter(({ kind }) => kind === 'ClusterRoleBinding' || kind === 'Namespace')
      .map(refOf);
    const removed: Identified[] = [];
    for (const ref of outermost) {
      const live = await read(cluster, ref);
      if (!live) continue;
      await remove(cluster, ref);
      removed.push({ ref, uid: live.metadata.uid! });
    }
    await waitGone(cluster, removed, { timeoutMs: goneMs });
  }

  async #findPod(): Promise<void> {
    const { cluster, signal } = this.options;
    const [pod] = await list(cluster, {
      apiVersion: 'v1',
      kind: 'Pod',
      namespace: softenedName,
      labelSelector: `app=${softenedName}`,
      signal,
    });
    this.#pod = pod!.metadata.name;
  }

  async #sync(): Promise<Omit<LiveUpdateSample, 'buildMs'>> {
    const { cluster, goBuild, signal } = this.options;
    const started = performance.now();
    const stream = await exec(cluster, {
      namespace: softenedName,
      pod: this.#pod,
      container: this.#container,
      command: [programPath, 'sync'],
      signal,
    });
    const answer = firstLine(stream.stdout).then((line) => ({ line, syncMs: performance.now() - started }));
    let bytes = 0;
    for await (const chunk of chunks(await tarOf(goBuild.output))) {
      bytes += chunk.length;
      await stream.write(chunk);
    }
    const { line, syncMs } = await answer;
    const { exitCode, error } = await stream.closed;
    if (exitCode === 0) return { syncMs, bytes, stopMs: (JSON.parse(line) as { stopMs: number }).stopMs };
    throw error ?? new NxKubeError('bug', `The live update ended with exit code ${exitCode}: ${stream.stderr()}`);
  }
}

async function tarOf(file: string): Promise<AsyncIterable<Buffer>> {
  const tar = pack();
  const { size } = await stat(file);
  const header = { name: binaryPath.slice(1), mode: 0o755, size };
  addEntry(tar, header, createReadStream(file, { highWaterMark: 1 << 20 })).then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  );
  return tar as AsyncIterable<Buffer>;
}

async function* chunks(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += chunkBytes) yield chunk.subarray(at, at + chunkBytes);
  }
}

/** Returns the first line without its line feed, or everything if the stream ends first. */
async function firstLine(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const chunk of bytes) {
    text += Buffer.from(chunk).toString();
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]!;
}
