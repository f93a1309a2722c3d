import { NxKubeError } from '@nx-kube/cluster';
import { expect, it, describe } from 'vitest';
import { AgentError } from '../agent/agent-error.js';
import type { Delivered } from '../agent/messages.js';
import type { Binary } from './binary.js';
import type { PodLink } from './pod-link.js';
import { Replica } from './replica.js';

const binaryOf = (digest: string) => ({ digest: () => Promise.resolve(digest) }) as Binary;
const closed = new AgentError('closed', 'The connection to the agent has ended.');

/** A link in the place of one to a pod, for connections that are cut when the test wants it. */
class FakeLink {
  readonly container = { namespace: 'demo', pod: 'a-1' };
  connected = true;
  waits = false;
  restarts = 0;
  /** What was asked for, and how it is answered. */
  readonly deliveries: { digest: string; end: (outcome: Error | undefined) => void }[] = [];
  #onDelivery = () => {};

  constructor(public running: string | undefined) {}

  async deliver(binary: Binary): Promise<Delivered> {
    const digest = await binary.digest();
    await new Promise<void>((resolve, reject) => {
      this.deliveries.push({ digest, end: (outcome) => (outcome ? reject(outcome) : resolve()) });
      this.#onDelivery();
    });
    this.running = digest;
    return { pid: 7, digest } as Delivered;
  }

  async restart(): Promise<void> {
    this.restarts += 1;
    this.waits = false;
  }

  async delivery(index: number) {
    while (this.deliveries.length <= index) await new Promise<void>((resolve) => (this.#onDelivery = resolve));
    return this.deliveries[index]!;
  }
}

function replica(running: string | undefined, { hasProbe = true } = {}) {
  const link = new FakeLink(running);
  const now = { wanted: binaryOf('new') as Binary | undefined };
  const served: string[] = [];
  const one = new Replica(link as unknown as PodLink, {
    hasProbe,
    wanted: () => now.wanted,
    onServed: (digest) => served.push(digest),
    onChange: () => {},
    signal: new AbortController().signal,
  });
  const lose = () => {
    Object.assign(link, { connected: false, running: undefined });
    one.onLost();
  };
  const connect = (digest: string | undefined) => {
    Object.assign(link, { connected: true, running: digest });
    return one.serve();
  };
  return { link, now, served, replica: one, lose, connect };
}

describe('Replica (with a fake link)', () => {
  it('a replica gets no delivery if its pod runs the wanted binary or no binary is wanted', async () => {
    const current = replica('new');
    await current.replica.serve();
    expect(current).toMatchObject({ served: ['new'], link: { deliveries: [] } });

    const idle = replica('old');
    idle.now.wanted = undefined;
    await idle.replica.serve();
    expect(idle).toMatchObject({ served: [], link: { deliveries: [] } });
  });

  it('a new pod whose own binary is the wanted one starts it', async () => {
    const { link, served, replica: one } = replica('new');
    link.waits = true;
    await one.serve();
    expect(served).toEqual(['new']);
    expect(link).toMatchObject({ restarts: 1, deliveries: [] });
  });

  it('a pod that runs the wanted binary without the debugger that it needs gets the binary again', async () => {
    const { link, served, replica: one } = replica(undefined);
    const serving = one.serve();
    (await link.delivery(0)).end(undefined);
    await serving;
    expect(served).toEqual(['new']);
  });

  it('a binary that becomes wanted during a delivery is sent after it', async () => {
    const { link, now, served, replica: one } = replica('old');
    const serving = one.serve();
    const first = await link.delivery(0);
    now.wanted = binaryOf('newer');
    await one.serve();
    first.end(new AgentError('superseded', 'A newer one took over.'));
    (await link.delivery(1)).end(undefined);
    await serving;
    expect(served).toEqual(['newer']);
  });

  it('a new connection carries the delivery while the one over the old connection is still awaited', async () => {
    const { link, served, replica: one, lose, connect } = replica('old');
    const serving = one.serve();
    const first = await link.delivery(0);
    lose();
    await connect('old');
    first.end(closed);
    (await link.delivery(1)).end(undefined);
    await serving;
    expect(served).toEqual(['new']);
    expect(one.served).toMatchObject({ result: { digest: 'new' } });
  });

  it('a binary that arrived before the connection was cut is not sent again', async () => {
    const { link, served, replica: one, lose, connect } = replica('old');
    const serving = one.serve();
    const first = await link.delivery(0);
    lose();
    await connect('new');
    first.end(closed);
    await serving;
    expect(served).toEqual(['new']);
    expect(link.deliveries).toHaveLength(1);
  });

  it('a cut connection is not a failure: the delivery waits for the next connection', async () => {
    const { link, replica: one, lose, connect } = replica('old');
    const serving = one.serve();
    const first = await link.delivery(0);
    lose();
    first.end(closed);
    await serving;
    expect(one.served).toBeUndefined();
    const again = connect('old');
    (await link.delivery(1)).end(undefined);
    await again;
    expect(one.served).toMatchObject({ result: { digest: 'new' } });
  });

  it('a pod that refuses a binary is named with the next step, and does not get the binary again', async () => {
    const { link, served, replica: one } = replica('old');
    const serving = one.serve();
    (await link.delivery(0)).end(
      new AgentError('wrong-architecture', 'The agent reports: the binary is for linux/arm64.'),
    );
    await serving;
    expect(served).toEqual([]);
    expect(one.served).toMatchObject({
      error: {
        culprit: 'configuration',
        message: 'Pod/demo/a-1: The agent reports: the binary is for linux/arm64.',
        next: "Set `goos` and `goarch` to the node's platform.",
      },
    });
    expect(link.deliveries).toHaveLength(1);
  });

  it('an error on reading the binary names the pod', async () => {
    const { now, replica: one } = replica('old');
    const gone = new NxKubeError('configuration', 'Packing /gone failed.', { next: 'Build it again.' });
    now.wanted = { digest: () => Promise.reject(gone) } as unknown as Binary;
    await one.serve();
    expect(one.served).toMatchObject({
      error: { message: 'Pod/demo/a-1: Packing /gone failed.', next: 'Build it again.' },
    });
  });
});

describe('Replica: the fate of a new process (with a fake link)', () => {
  async function delivered(options?: { hasProbe: boolean }) {
    const parts = replica('old', options);
    const serving = parts.replica.serve();
    (await parts.link.delivery(0)).end(undefined);
    await serving;
    const { served } = parts.replica;
    return { ...parts, fate: served && 'fate' in served ? served.fate : undefined };
  }

  it('a new process that becomes ready is reported with its duration', async () => {
    const { replica: one, fate } = await delivered();
    one.onEvent({ event: 'ready', pid: 7, ms: 120 });
    expect(await fate).toEqual({ readyMs: 120 });
  });

  it('a crash is reported with its last lines, also one before the answer of the delivery', async () => {
    const { link, replica: one } = replica('old');
    const serving = one.serve();
    const delivery = await link.delivery(0);
    one.onEvent({ event: 'exited', pid: 7, code: 2, expected: false, lastLines: ['panic: no'] });
    delivery.end(undefined);
    await serving;
    expect(await (one.served as { fate: Promise<unknown> }).fate).toEqual({
      crashed: 'the new process exited with code 2\n  panic: no',
    });
  });

  it('the fate of a new process stays open if the connection is lost or there is no probe', async () => {
    const { lose, fate } = await delivered();
    lose();
    expect(await fate).toEqual({});
    expect(await (await delivered({ hasProbe: false })).fate).toEqual({});
  });
});
