import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeFrame, frameType } from '../agent/frames.js';
import type { Pack } from '../agent/pack.js';
import { openSession, type AgentSession, type ByteStream } from '../agent/session.js';
import { ImpatientStream } from './impatient-stream.js';

const withinMs = 60_000;

// Fake timers: hours of a slow connection take no time.
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const control = (message: object) => encodeFrame(frameType.control, Buffer.from(JSON.stringify(message)));

/** A connection with a delay for each part of a delivery, to an agent that answers at the end, unless it is silent. */
function slowConnection(msPerPart: number, { silent = false } = {}): ByteStream & { closed: () => boolean } {
  let end = () => {};
  let complete = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const all = new Promise<void>((resolve) => (complete = resolve));
  let closed = false;
  return {
    async write(chunk) {
      if (chunk[4] === frameType.data) await new Promise((resolve) => setTimeout(resolve, msPerPart));
      else if (Buffer.from(chunk).includes('"end"') && !silent) complete();
    },
    output: (async function* () {
      yield control({ type: 'hello', running: {} });
      await Promise.race([all, ended]);
      if (!closed) yield control({ type: 'delivered', id: 1, digest: 'sha256:0', pid: 2 });
      await ended;
    })(),
    close() {
      closed = true;
      end();
    },
    closed: () => closed,
  };
}

function packOf(parts: number): Pack {
  return {
    begin: Promise.resolve({ size: parts }),
    header: Promise.resolve({ size: parts, digest: 'sha256:0' }),
    async *bytes() {
      for (let i = 0; i < parts; i += 1) yield Buffer.from('x');
    },
  };
}

async function connected(stream: ByteStream): Promise<{ impatient: ImpatientStream; session: AgentSession }> {
  const impatient = new ImpatientStream(stream);
  return { impatient, session: await impatient.answered(openSession(impatient), withinMs) };
}

describe('ImpatientStream', () => {
  it('an impatient stream stays open past its time-out while the other side accepts parts of the delivery', async () => {
    const connection = slowConnection(40_000);
    const { impatient, session } = await connected(connection);
    const delivered = impatient.answered(session.deliver(packOf(25)), withinMs);
    await vi.advanceTimersByTimeAsync(25 * 40_000);
    expect(await delivered).toMatchObject({ pid: 2, bytesSent: 25 });
    // Nothing is waited for any more, so nothing is missed.
    await vi.advanceTimersByTimeAsync(10 * withinMs);
    expect(connection.closed()).toBe(false);
    session.close();
  });

  it.each([
    ['takes nothing more', slowConnection(24 * 3_600_000)],
    ['takes all and never answers', slowConnection(10, { silent: true })],
  ])('an impatient stream closes where the other side %s', async (_, connection) => {
    const { impatient, session } = await connected(connection);
    const failed = expect(impatient.answered(session.deliver(packOf(2)), withinMs)).rejects.toMatchObject({
      code: 'closed',
    });
    await vi.advanceTimersByTimeAsync(withinMs - 1);
    expect(connection.closed()).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    await failed;
    expect(connection.closed()).toBe(true);
  });
});
