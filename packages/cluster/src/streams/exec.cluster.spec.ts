import { createHash, randomBytes } from 'node:crypto';
import { probePod } from '@nx-kube/testing/cluster/probe.js';
import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { apply } from '../apply/apply.js';
import { failureIsABug, inBackground } from '../in-background.js';
import { refOf } from '../object/kube-object.js';
import { waitReady } from '../readiness/wait-ready.js';
import { exec, type ExecStream } from './exec.js';

const test = useCluster('exec', { 'pod-security.kubernetes.io/enforce': 'restricted' });
const mebibyte = 1024 * 1024;

beforeAll(async () => {
  const pod = await probePod(test.cluster, { name: 'p', namespace: test.namespace, args: ['wait', 'first', 'second'] });
  await apply(test.cluster, [pod]);
  await waitReady(test.cluster, [refOf(pod)]);
});

function run(command: string[], options: { pingMs?: number; signal?: AbortSignal } = {}): Promise<ExecStream> {
  return exec(test.cluster, { namespace: test.namespace, pod: 'p', container: 'main', command, ...options });
}

async function readAll(stream: ExecStream, onChunk?: (total: number) => void): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of stream.stdout) {
    chunks.push(chunk);
    total += chunk.length;
    onChunk?.(total);
  }
  return Buffer.concat(chunks);
}

describe('exec', () => {
  it('exec returns exit code 0, and separates stdout from stderr', async () => {
    const stream = await run(['/probe', 'exit', '0']);
    expect((await readAll(stream)).toString()).toBe('');
    expect(await stream.closed).toEqual({ exitCode: 0 });
    expect(stream.stderr()).toBe('leaving with 0\n');
  });

  it('exec returns other exit codes', async () => {
    const stream = await run(['/probe', 'exit', '42']);
    expect(await stream.closed).toEqual({ exitCode: 42 });
  });

  it('exec reports a program that does not exist', async () => {
    const stream = await run(['/no-such-program']);
    const end = await stream.closed;
    expect(end.error?.message ?? `exit code ${end.exitCode}`).toMatch(/no such file|exit code 12[678]/);
  });

  it.each([
    ['pod', { pod: 'nobody' }, /404|not found/i],
    ['container', { container: 'nothing' }, /nothing/],
  ])('exec in a %s that does not exist is refused with the server’s reason', async (_what, wrong, message) => {
    const options = { namespace: test.namespace, pod: 'p', container: 'main', command: ['/probe'], ...wrong };
    await expect(exec(test.cluster, options)).rejects.toThrow(message);
  });

  it('exec carries 64 MiB to a process that starts to read late, and accepts no more than the buffers hold', async () => {
    const block = randomBytes(mebibyte);
    const hash = createHash('sha256');
    const stream = await run(['/probe', 'sum', ':7001', String(64 * mebibyte)]);
    let accepted = 0;
    let begin!: () => void;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const writing = (async () => {
      for (let i = 0; i < 64; i++) {
        hash.update(block);
        await stream.write(block);
        accepted += block.length;
        begin();
      }
    })();
    await begun;
    // The other process gives the buffers time to fill. Nothing is read before the knock.
    await (
      await run(['/probe', 'sum', '1s', '0'])
    ).closed;
    const acceptedWhileAsleep = accepted;
    await (
      await run(['/probe', 'knock', ':7001'])
    ).closed;
    await writing;
    expect((await readAll(stream)).toString().trim()).toBe(hash.digest('hex'));
    expect(await stream.closed).toEqual({ exitCode: 0 });
    expect(acceptedWhileAsleep).toBeLessThan(24 * mebibyte);
  });

  it('exec pauses a process that floods a reader', async () => {
    const stream = await run(['/probe', 'flood', String(64 * mebibyte)], { pingMs: 500 });
    let ended = false;
    inBackground(
      stream.closed.then(() => (ended = true)),
      failureIsABug,
    );
    const iterator = stream.stdout[Symbol.asyncIterator]();
    await iterator.next();
    // The other process outlasts the flood and the time-out for a silent socket.
    const clock = await run(['/probe', 'sum', '2s', '0']);
    await clock.closed;
    expect(ended).toBe(false);
    let total = 0;
    for await (const chunk of { [Symbol.asyncIterator]: () => iterator }) total += chunk.length;
    expect(total).toBeGreaterThan(63 * mebibyte);
    expect(await stream.closed).toEqual({ exitCode: 0 });
  });

  it('exec echoes 32 MiB in both directions at once', async () => {
    const stream = await run(['/probe', 'echo']);
    const sent = createHash('sha256');
    const size = 32 * mebibyte;
    const writing = (async () => {
      for (let done = 0; done < size; done += mebibyte) {
        const block = randomBytes(mebibyte);
        sent.update(block);
        await stream.write(block);
      }
    })();
    const received = createHash('sha256');
    let total = 0;
    for await (const chunk of stream.stdout) {
      received.update(chunk);
      total += chunk.length;
      if (total === size) break;
    }
    await writing;
    await stream.close();
    expect(received.digest('hex')).toBe(sent.digest('hex'));
    expect((await stream.closed).error).toBeUndefined();
  });

  it('exec refuses to write to a process that has ended', async () => {
    const stream = await run(['/probe', 'exit', '0']);
    await stream.closed;
    await expect(stream.write(Buffer.from('x'))).rejects.toThrow(/has ended: nothing reads its stdin/);
  });

  it('exec gives up on a process that ended with unread stdin, which the server does not report', async () => {
    const stream = await run(['/probe', 'sum', '100ms', '10'], { pingMs: 300 });
    const writing = (async () => {
      for (;;) await stream.write(Buffer.alloc(mebibyte));
    })();
    await expect(writing).rejects.toThrow(/has ended|nothing was heard for/);
  });

  it('an aborted exec ends without an error', async () => {
    const abort = new AbortController();
    const stream = await run(['/probe', 'echo'], { signal: abort.signal });
    abort.abort();
    expect(await stream.closed).toEqual({});
    await expect(run(['/probe', 'echo'], { signal: abort.signal })).rejects.toThrow(/abort/i);
  });

  it('an idle exec stays open over many pings', async () => {
    const stream = await run(['/probe', 'sum', '3s', '0'], { pingMs: 500 });
    expect((await readAll(stream)).toString().trim()).toBe(createHash('sha256').digest('hex'));
    expect(await stream.closed).toEqual({ exitCode: 0 });
  });
});
