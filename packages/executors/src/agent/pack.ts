import { failureIsReported, inBackground } from '@nx-kube/cluster';
import { NxKubeError } from '@nx-kube/cluster';
import { execa } from 'execa';
import { packBinary } from './binaries.js';
import { replayable, type Replayable } from './replayable.js';

/** What the agent must know before it receives a pack. */
export interface PackBegin {
  /** Size (bytes) of the new binary. */
  size: number;
  /** SHA-256 of the binary that the agent must hold. Absent when the pack holds the whole binary. */
  baseDigest?: string;
}

export interface PackHeader extends PackBegin {
  /** SHA-256 of the new binary: `sha256:<hex>`. */
  digest: string;
}

/** One binary, packed once for any number of sessions. */
export interface Pack {
  /** Known before the digest, which is computed while packing. Rejects with an NxKubeError when packing fails. */
  readonly begin: Promise<PackBegin>;
  /** Known when packing has ended, also without a reader. Rejects with an NxKubeError when packing fails. */
  readonly header: Promise<PackHeader>;
  /** The packed bytes from their beginning, as they are produced. Each call returns an iterator of its own. */
  bytes(): AsyncIterable<Uint8Array>;
}

export interface PackBase {
  path: string;
  /**
   * SHA-256 of the file at `path`, from an earlier pack's header or the agent's hello. Default: computed from the file.
   */
  digest?: string;
}

export interface PackOptions {
  /** The binary to pack. Until packing has ended, it must not be written to; another file may replace it. */
  path: string;
  /** The binary that the pod holds; then only the difference is packed. Default: none, the whole binary is packed. */
  base?: PackBase;
  /** Stops the packer. */
  signal?: AbortSignal;
}

/** Starts to pack a binary, and returns the pack before packing has ended. */
export function pack({ path, base, signal }: PackOptions): Pack {
  return preparePack({ base, signal }).pack(path);
}

export interface PreparedPack {
  /** Packs the binary at `path` after it is built. May be called once. */
  pack(path: string): Pack;
  /** Stops the packer if `pack` was not called. */
  cancel(): void;
}

/** Starts the packer, which reads the base while the new binary is still being built. */
export function preparePack({ base, signal }: { base?: PackBase; signal?: AbortSignal }): PreparedPack {
  const args = base ? ['--base', base.path, ...(base.digest ? ['--base-digest', base.digest] : [])] : [];
  const packer = execa(packBinary(), args, {
    buffer: { stdout: false, stderr: true },
    encoding: 'buffer',
    cancelSignal: signal,
    reject: false,
  });
  // Ignore EPIPE: when the packer ends early, its exit code and stderr hold the reason.
  packer.stdin.on('error', () => {});
  return {
    pack(path) {
      packer.stdin.end(`${path}\n`);
      return takeApart(
        replayable(packer.stdout, async () => {
          const { failed, isCanceled, stderr } = await packer;
          if (isCanceled) throw new NxKubeError('configuration', `Packing ${path} was cancelled.`);
          if (failed)
            throw new NxKubeError('configuration', packingFailed(path, Buffer.from(stderr).toString()), rebuild);
        }),
      );
    },
    cancel: () => packer.stdin.end(),
  };
}

const rebuild = { next: 'Build the binary, and keep it and its base in place until the delivery has ended.' };

const packingFailed = (path: string, stderr: string) =>
  `Packing ${path} failed: ${stderr.split('\n', 3).join('\n').trim() || 'the packer exited without a message'}.`;

/** Length of the digest at the end of the packer's output. */
const digestLength = 'sha256:'.length + 64;

/** Splits the packer's output: a line of JSON, the pack, and the digest. */
function takeApart(output: Replayable): Pack {
  const line = readLine(output());
  const begin = line.then(({ text }) => JSON.parse(text) as PackBegin);
  const header = readEnd(output()).then(async (digest) => ({ ...(await begin), digest }));
  // A reader of the bytes alone gets the error from `bytes`, so these two must not be unhandled.
  inBackground(begin, failureIsReported);
  inBackground(header, failureIsReported);
  return {
    begin,
    header,
    async *bytes() {
      let skip = (await line).length;
      let held: Uint8Array = new Uint8Array();
      for await (const chunk of output()) {
        const known = Buffer.concat([held, chunk.subarray(skip)]);
        skip = Math.max(0, skip - chunk.length);
        // The last bytes received may belong to the digest.
        const end = Math.max(0, known.length - digestLength);
        if (end > 0) yield known.subarray(0, end);
        held = known.subarray(end);
      }
    },
  };
}

async function readLine(chunks: AsyncIterable<Uint8Array>): Promise<{ text: string; length: number }> {
  let read = Buffer.alloc(0);
  for await (const chunk of chunks) {
    read = Buffer.concat([read, chunk]);
    const end = read.indexOf('\n');
    if (end >= 0) return { text: read.toString('utf8', 0, end), length: end + 1 };
  }
  throw new NxKubeError('bug', 'The packer wrote no header.');
}

async function readEnd(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let end = Buffer.alloc(0);
  for await (const chunk of chunks) end = Buffer.concat([end, chunk]).subarray(-digestLength);
  return end.toString('latin1');
}
