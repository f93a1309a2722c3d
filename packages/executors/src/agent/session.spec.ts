import { createHash } from 'node:crypto';
import { appendFile, copyFile, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AgentError, type AgentErrorCode } from './agent-error.js';
import { encodeFrame, frameType } from './frames.js';
import { LocalAgent, scratch, script } from './local-agent.spec.fixture.js';
import type { AgentEvent } from './messages.js';
import { pack, type Pack } from './pack.js';
import { openSession, type ByteStream } from './session.js';

const digest = async (path: string) =>
  `sha256:${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`;

const failure = (code: AgentErrorCode) => expect.objectContaining({ name: 'NxKubeError', code });

/** A pack that gives its first bytes, and the others only after `go` is called. */
function endless(of: Pack): Pack & { go: () => void } {
  let go = () => {};
  const going = new Promise<void>((resolve) => (go = resolve));
  return {
    begin: of.begin,
    header: of.header,
    go: () => go(),
    async *bytes() {
      for await (const chunk of of.bytes()) {
        yield chunk.subarray(0, 10);
        await going;
        yield chunk.subarray(10);
      }
    },
  };
}

/** A stream that plays `output` and accepts all writes. */
function scripted(...output: Uint8Array[]): ByteStream {
  return {
    write: () => Promise.resolve(),
    output: (async function* () {
      yield* output;
    })(),
    close: () => {},
  };
}

/** A stream to an agent that answers the hello and nothing else. It records what is written. */
function silentAgent() {
  const written: Buffer[] = [];
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const stream: ByteStream = {
    write: (chunk) => Promise.resolve(void written.push(Buffer.from(chunk))),
    output: (async function* () {
      yield control({ type: 'hello', running: {} });
      await ended;
    })(),
    close: () => end(),
  };
  return {
    stream,
    /** The types of requests and the texts of data, in the order of writing. */
    frames: () =>
      written.map((frame) => {
        const payload = frame.toString('utf8', 5);
        return frame[4] === frameType.control ? (JSON.parse(payload) as { type: string }).type : payload;
      }),
  };
}

/** A pack of texts; each comes when its promise resolves. */
function packOf(...texts: (string | Promise<string>)[]): Pack {
  return {
    begin: Promise.resolve({ size: 1 }),
    header: Promise.resolve({ size: 1, digest: 'sha256:0' }),
    async *bytes() {
      for (const text of texts) yield Buffer.from(await text);
    },
  };
}

const control = (message: object) => encodeFrame(frameType.control, Buffer.from(JSON.stringify(message)));

describe('AgentSession', () => {
  it('a session begins with a report of the running binary', async () => {
    const agent = await LocalAgent.start('sleep', '1000');
    const { hello } = await openSession(agent.exec());
    const { version } = JSON.parse(await readFile(new URL('../../../agent/package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(hello).toMatchObject({
      version,
      goos: 'linux',
      running: {
        source: 'image',
        state: 'running',
        pid: expect.any(Number),
        digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    });
    expect(Date.now() - Date.parse(hello.running.startedAt)).toBeLessThan(30_000);
  });

  it('a session delivers the first binary whole and the next one as a difference', async () => {
    const folder = await scratch();
    const agent = await LocalAgent.start('sleep', '1000');
    const events: AgentEvent[] = [];
    const session = await openSession(agent.exec(), { onEvent: (event) => events.push(event) });

    const first = join(folder, 'first');
    await copyFile(join(agent.volume, 'agent'), first);
    const whole = await session.deliver(pack({ path: first }));
    expect(whole).toMatchObject({ digest: await digest(first), pid: expect.any(Number) });
    expect(whole.bytesSent).toBeGreaterThan(1_000_000);
    for (const duration of ['transferMs', 'applyMs', 'stopMs', 'startMs'] as const)
      expect(whole[duration]).toBeGreaterThan(0);

    const second = join(folder, 'second');
    await copyFile(first, second);
    await appendFile(second, 'more');
    const difference = await session.deliver(pack({ path: second, base: { path: first } }));
    expect(difference.digest).toBe(await digest(second));
    expect(difference.bytesSent).toBeLessThan(1000);

    expect(events.filter(({ event }) => event === 'started').map(({ pid }) => pid)).toContain(whole.pid);
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'exited', pid: session.hello.running.pid, expected: true, signal: 'SIGTERM' }),
    );
    const again = await openSession(agent.exec());
    expect(again.hello.running).toMatchObject({ source: 'live', digest: difference.digest });
  });

  it('several sessions deliver the same pack', async () => {
    const path = await script(await scratch(), 'shared');
    const packed = pack({ path });
    // Start them one after the other: an agent file that is still written while another process forks cannot run
    // (ETXTBSY).
    const agents: LocalAgent[] = [];
    while (agents.length < 3) agents.push(await LocalAgent.start('sleep', '1000'));
    const delivered = await Promise.all(agents.map(async (agent) => (await openSession(agent.exec())).deliver(packed)));
    expect(delivered.map((one) => one.digest)).toEqual(Array(3).fill(await digest(path)));
    await Promise.all(agents.map((agent) => agent.wrote('this is shared')));
  });

  it('the agent refuses a difference to an unknown base, and then takes the whole binary', async () => {
    const folder = await scratch();
    const agent = await LocalAgent.start('sleep', '1000');
    const session = await openSession(agent.exec());
    const [path, base] = [await script(folder, 'new'), await script(folder, 'unknown')];
    await expect(session.deliver(pack({ path, base: { path: base } }))).rejects.toEqual(failure('base-mismatch'));
    expect(await session.deliver(pack({ path }))).toMatchObject({ digest: await digest(path) });
  });

  it('a refusal ends a delivery before all bytes are sent', async () => {
    const folder = await scratch();
    const session = await openSession((await LocalAgent.start('sleep', '1000')).exec());
    const packed = endless(
      pack({ path: await script(folder, 'new'), base: { path: await script(folder, 'unknown') } }),
    );
    await expect(session.deliver(packed)).rejects.toEqual(failure('base-mismatch'));
    // The rest of the refused pack must not follow the next delivery's request.
    const next = session.deliver(pack({ path: await script(folder, 'next') }));
    packed.go();
    await next;
  });

  it('a newer delivery supersedes an older one', async () => {
    const folder = await scratch();
    const session = await openSession((await LocalAgent.start('sleep', '1000')).exec());
    const older = endless(pack({ path: await script(folder, 'older') }));
    const superseded = expect(session.deliver(older)).rejects.toEqual(failure('superseded'));
    const newer = await script(folder, 'newer');
    expect(await session.deliver(pack({ path: newer }))).toMatchObject({ digest: await digest(newer) });
    older.go();
    await superseded;
  });

  it('an aborted delivery leaves the old process running', async () => {
    const agent = await LocalAgent.start('sleep', '1000');
    const session = await openSession(agent.exec());
    const controller = new AbortController();
    const packed = endless(pack({ path: await script(await scratch(), 'new') }));
    const { bytes } = packed;
    packed.bytes = async function* () {
      for await (const chunk of bytes()) {
        yield chunk;
        controller.abort();
      }
    };
    await expect(session.deliver(packed, { signal: controller.signal })).rejects.toEqual(failure('cancelled'));
    expect((await openSession(agent.exec())).hello.running.pid).toBe(session.hello.running.pid);
    expect(await agent.leftovers()).toEqual([]);
  });

  it('a delivery that is aborted before its start is not begun', async () => {
    const session = await openSession((await LocalAgent.start('sleep', '1000')).exec());
    const packed: Pack = {
      begin: new Promise(() => {}),
      header: new Promise(() => {}),
      bytes: () => expect.unreachable(),
    };
    const cancelled = expect(session.deliver(packed, { signal: AbortSignal.abort() })).rejects;
    await cancelled.toEqual(failure('cancelled'));
    const controller = new AbortController();
    const waiting = session.deliver(packed, { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toEqual(failure('cancelled'));
  });

  it('a delivery rejects with the reason when its pack fails', async () => {
    const agent = await LocalAgent.start('sleep', '1000');
    const session = await openSession(agent.exec());
    const good = pack({ path: await script(await scratch(), 'new') });
    const broken: Pack = {
      begin: good.begin,
      header: good.header,
      async *bytes() {
        yield Buffer.from([1]);
        throw new Error('the packer broke');
      },
    };
    await expect(session.deliver(broken)).rejects.toThrow('the packer broke');
    await session.deliver(good);
    await expect(session.deliver(pack({ path: '/not/there' }))).rejects.toThrow('/not/there');
  });

  it('a session sends no bytes of a delivery after the request of a newer one', async () => {
    const { stream, frames } = silentAgent();
    const session = await openSession(stream);
    let go = (_: string) => {};
    const older = session.deliver(packOf('old', new Promise<string>((resolve) => (go = resolve))));
    await expect.poll(frames).toEqual(['hello', 'deliver', 'old']);
    const newer = session.deliver(packOf('new'));
    await expect.poll(frames).toContain('end');
    go('older');
    const closed = Promise.all([older, newer].map((one) => expect(one).rejects.toEqual(failure('closed'))));
    session.close();
    await closed;
    expect(frames()).toEqual(['hello', 'deliver', 'old', 'deliver', 'new', 'end']);
  });

  it('a session cancels a delivery when its pack fails', async () => {
    const { stream, frames } = silentAgent();
    const session = await openSession(stream);
    await expect(session.deliver(packOf('part', Promise.reject(new Error('broken'))))).rejects.toThrow('broken');
    await expect.poll(frames).toEqual(['hello', 'deliver', 'part', 'cancel']);
    session.close();
    await session.closed;
  });

  it('a session restarts the process', async () => {
    const agent = await LocalAgent.start('sleep', '1000');
    const session = await openSession(agent.exec());
    const restarted = await session.restart({ graceMs: 5000 });
    expect(restarted.pid).not.toBe(session.hello.running.pid);
    expect(restarted.stopMs).toBeGreaterThan(0);
    await expect(session.restart({ signal: AbortSignal.abort() })).rejects.toEqual(failure('cancelled'));
  });

  it('a session reports when the process is ready', async () => {
    const server = createServer((connection) => connection.end()).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.once('listening', () => resolve(server.address() as AddressInfo)),
    );
    const agent = await LocalAgent.start('sleep', '1000');
    const ready = await new Promise<AgentEvent>((resolve, reject) => {
      const onEvent = (event: AgentEvent) => event.event === 'ready' && resolve(event);
      openSession(agent.exec(), { probe: { tcpSocket: { port } }, onEvent }).catch(reject);
    });
    expect(ready).toMatchObject({ ms: expect.any(Number), pid: expect.any(Number) });
  });

  it('a session reports how a process ended and when it restarts', async () => {
    const agent = await LocalAgent.start('/bin/sh', '-c', 'echo so it ends; exit 5');
    const ends: AgentEvent[] = [];
    await new Promise<void>((resolve, reject) => {
      openSession(agent.exec(), { onEvent: (event) => ends.push(event) > 1 && resolve() }).catch(reject);
    });
    expect(ends).toContainEqual(
      expect.objectContaining({
        event: 'exited',
        code: 5,
        lastLines: ['so it ends'],
        expected: false,
        backoffMs: expect.any(Number),
      }),
    );
  });

  it('pending calls reject when the container ends', async () => {
    const agent = await LocalAgent.start('sleep', '1000');
    const session = await openSession(agent.exec());
    const packed = endless(pack({ path: await script(await scratch(), 'new') }));
    const delivering = expect(session.deliver(packed)).rejects.toEqual(failure('closed'));
    await agent.kill();
    await delivering;
    await session.closed;
    await expect(session.restart()).rejects.toEqual(failure('closed'));
    await expect(session.deliver(packed)).rejects.toEqual(failure('closed'));
  });

  it('the signal closes the session', async () => {
    const agent = await LocalAgent.start('sleep', '1000');
    const controller = new AbortController();
    const session = await openSession(agent.exec(), { signal: controller.signal });
    controller.abort();
    await session.closed;
    await expect(openSession(agent.exec(), { signal: AbortSignal.abort() })).rejects.toEqual(failure('closed'));
  });

  it('a session is not opened without a supervisor', async () => {
    const refusal = control({ type: 'error', code: 'no-supervisor', message: 'it does not answer' });
    const opening = openSession(scripted(refusal));
    await expect(opening).rejects.toEqual(failure('no-supervisor'));
    await expect(opening).rejects.toMatchObject({
      message: 'The agent reports: it does not answer.',
      next: expect.any(String),
    });
    await expect(opening).rejects.toBeInstanceOf(AgentError);
  });

  it('a session is not opened when the answer is not from an agent', async () => {
    for (const output of ['exec: "/nx-kube/agent": no such file', '\0\0\0\x01\x01{', '\0\0\0\x01\x02x']) {
      await expect(openSession(scripted(Buffer.from(output)))).rejects.toEqual(failure('protocol'));
    }
    await expect(openSession(scripted())).rejects.toEqual(failure('closed'));
  });

  it('a session ends with the cause when the stream breaks', async () => {
    const cause = new Error('the network is gone');
    const stream = scripted();
    const broken: ByteStream = {
      ...stream,
      // eslint-disable-next-line require-yield
      output: (async function* (): AsyncGenerator<Uint8Array> {
        throw cause;
      })(),
    };
    const opening = openSession(broken);
    await expect(opening).rejects.toEqual(failure('closed'));
    await expect(opening).rejects.toMatchObject({ cause });
  });
});
