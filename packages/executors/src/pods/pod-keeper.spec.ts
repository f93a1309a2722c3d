import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Bell, podsOfWorkload, waitUntil, type KubeObject } from '@nx-kube/cluster';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalAgent, scratch, script } from '../agent/local-agent.spec.fixture.js';
import type { ReadinessProbe } from '../agent/messages.js';
import { BinaryStore } from './binary-store.js';
import { LocalPods } from './local-pods.fixture.js';
import type { PodEvent } from './pod-event.js';
import { PodKeeper } from './pod-keeper.js';

const digestOf = async (path: string) =>
  `sha256:${createHash('sha256')
    .update(await readFile(path))
    .digest('hex')}`;

/** Nothing listens at this port, so the process never gets ready. */
const probe: ReadinessProbe = { tcpSocket: { port: 1 } };

/** Ends the keepers before the agents: a keeper connects again when its agent is gone. */
const stops: AbortController[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop.abort()));

const workload: KubeObject = {
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet' },
  metadata: { name: 'app', namespace: 'ns', uid: 'app', resourceVersion: '1' },
  spec: { selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['app'] }] } },
};

interface Setup {
  pods: LocalPods;
  keeper: PodKeeper;
  /** Another keeper of the same pods. */
  another: (options?: { container?: string; startsImage?: boolean }) => Promise<PodKeeper>;
  folder: string;
  events: PodEvent[];
  /** Starts an agent that runs the image's own binary, as a pod with this name. */
  add: (name: string, owner?: string) => Promise<LocalAgent>;
  /** Waits for so many events of a pod with this state. */
  seen: (pod: string, state: string, count?: number) => Promise<PodEvent>;
  stop: AbortController;
}

async function setUp({ replicas = 1, ...options }: { probe?: ReadinessProbe; replicas?: number } = {}): Promise<Setup> {
  const pods = await LocalPods.start();
  pods.workload = { ...workload, spec: { ...workload['spec'], replicas } };
  const folder = await scratch();
  const image = await script(folder, 'image');
  const events: PodEvent[] = [];
  const happened = new Bell();
  const stop = new AbortController();
  stops.push(stop);
  const another = async ({ container = 'manager', startsImage = false } = {}) => {
    const keeper = new PodKeeper({
      ...{ cluster: pods.cluster, pods: podsOfWorkload(workload, 'ns'), container, startsImage, graceMs: 1000 },
      ...options,
      store: new BinaryStore(join(folder, 'store')),
      onEvent: (event) => {
        events.push(event);
        happened.ring();
      },
      signal: stop.signal,
    });
    await keeper.synced;
    return keeper;
  };
  const keeper = await another();
  const add = async (name: string, owner?: string) => {
    const agent = await LocalAgent.start('/bin/sh', image);
    await agent.wrote('this is image');
    pods.add(name, agent, owner);
    return agent;
  };
  const seen = async (pod: string, state: string, count = 1) => {
    for (;;) {
      const found = events.filter(
        (event) => 'state' in event && 'pod' in event && event.pod === pod && event.state === state,
      );
      if (found.length >= count) return found[count - 1]!;
      await waitUntil(stop.signal, { bell: happened });
      stop.signal.throwIfAborted();
    }
  };
  return { pods, keeper, another, folder, events, add, seen, stop };
}

describe('PodKeeper (a fake API server, real agents)', () => {
  it('the pod keeper brings a binary to every pod, and reports what it sent and where', async () => {
    const { keeper, folder, add, seen, stop } = await setUp();
    const agents = [await add('a'), await add('b')];
    await Promise.all([seen('a', 'connected'), seen('b', 'connected')]);
    const path = await script(folder, 'next');
    const { pods, bytes, outcome } = await keeper.bring(path, undefined, stop.signal);
    expect(pods).toBe(2);
    expect(bytes).toBeGreaterThan(0);
    expect(await outcome).toEqual({});
    await Promise.all(agents.map((agent) => agent.wrote('this is next')));
    expect(await seen('b', 'current')).toMatchObject({ digest: await digestOf(path) });
  });

  it('the pod keeper sends nothing for a binary that every pod runs already', async () => {
    const { keeper, folder, add, seen, stop } = await setUp();
    await add('a');
    await seen('a', 'connected');
    const path = await script(folder, 'next');
    await keeper.bring(path, undefined, stop.signal);
    const again = await keeper.bring(path, undefined, stop.signal);
    expect(again).toEqual({ pods: 1, syncMs: expect.any(Number) as number });
  });

  it('a delivery waits for the first pod, and every later pod gets the binary automatically', async () => {
    const { keeper, folder, add, seen, stop } = await setUp();
    const path = await script(folder, 'next');
    const bringing = keeper.bring(path, undefined, stop.signal);
    await add('a');
    expect(await bringing).toMatchObject({ pods: 1 });
    const later = await add('b');
    await seen('b', 'current');
    await later.wrote('this is next');
  });

  it('a new pod runs the wanted binary, and not the one of its image before', async () => {
    const { pods, keeper, folder, seen, stop } = await setUp();
    const bringing = keeper.bring(await script(folder, 'next'), undefined, stop.signal);
    const agent = await LocalAgent.startNew('/bin/sh', join(folder, 'image'));
    pods.add('a', agent);
    await bringing;
    await seen('a', 'started');
    await agent.wrote('this is next');
    expect(agent.output).not.toContain('this is image');
  });

  it('a new pod runs the binary of its image at once where no other one will be wanted', async () => {
    const { pods, another, folder, seen } = await setUp();
    await another({ startsImage: true });
    const agent = await LocalAgent.startNew('/bin/sh', join(folder, 'image'));
    pods.add('a', agent);
    await agent.wrote('this is image');
    await seen('a', 'started');
  });

  it('a delivery to a workload without pods ends, and a later pod gets the binary', async () => {
    const { keeper, folder, add, seen, stop } = await setUp({ replicas: 0 });
    expect(await keeper.bring(await script(folder, 'next'), undefined, stop.signal)).toMatchObject({ pods: 0 });
    await add('a');
    await seen('a', 'current');
  });

  it('a pod with the same labels that another workload owns is left alone', async () => {
    const { keeper, folder, events, add, seen, stop } = await setUp();
    await add('foreign', 'another');
    await add('a');
    await seen('a', 'connected');
    const { pods } = await keeper.bring(await script(folder, 'next'), undefined, stop.signal);
    expect(pods).toBe(1);
    expect(events.filter((event) => 'pod' in event && event.pod === 'foreign')).toEqual([]);
  });

  it('the keeper that takes the place of another one goes on with its delivery', async () => {
    const { keeper: first, another, folder, events, add, seen, stop } = await setUp();
    const agent = await add('a');
    await seen('a', 'connected');
    const none = await another({ container: 'none' });
    const bringing = none.bring(await script(folder, 'next'), undefined, stop.signal);
    none.retire(first);
    expect(await bringing).toMatchObject({ pods: 1 });
    await agent.wrote('this is next');
    expect(events).not.toContainEqual({ type: 'pod', pod: 'a', state: 'gone' });
  });

  it('the pod keeper reconnects after the connection is cut, and does not send the binary again', async () => {
    const { pods, keeper, folder, events, add, seen, stop } = await setUp();
    await add('a');
    const path = await script(folder, 'next');
    await keeper.bring(path, undefined, stop.signal);
    await seen('a', 'started');
    pods.cut('a');
    await seen('a', 'lost');
    expect(await seen('a', 'connected', 2)).toMatchObject({ digest: await digestOf(path) });
    await seen('a', 'current', 2);
    expect(events.filter((event) => event.type === 'process' && event.state === 'started')).toHaveLength(1);
  });

  it('a pod that is gone is reported, and the delivery stops waiting for it', async () => {
    const { pods, keeper, folder, add, seen, stop } = await setUp();
    await add('a');
    const dead = await add('b');
    await Promise.all([seen('a', 'connected'), seen('b', 'connected')]);
    await dead.kill();
    await seen('b', 'lost');
    const bringing = keeper.bring(await script(folder, 'next'), undefined, stop.signal);
    await seen('a', 'current');
    pods.remove('b');
    expect(await bringing).toMatchObject({ pods: 1 });
    await seen('b', 'gone');
  });

  it('a new process that crashes is reported with its last lines', async () => {
    const { keeper, folder, add, seen, stop } = await setUp({ probe });
    await add('a');
    await seen('a', 'connected');
    const path = join(folder, 'crash');
    await writeFile(path, "#!/bin/sh\necho 'panic: no configuration'\nexit 3\n");
    const { outcome } = await keeper.bring(path, undefined, stop.signal);
    expect(await outcome).toEqual({ crashed: 'the new process exited with code 3\n  panic: no configuration' });
    expect(await seen('a', 'exited')).toMatchObject({
      message: 'exited with code 3',
      lastLines: ['panic: no configuration'],
    });
  });

  it('a delivery rejects with the name of the pod where the binary cannot be started', async () => {
    const { keeper, folder, add, seen, stop } = await setUp();
    const agent = await add('a');
    await seen('a', 'connected');
    const path = join(folder, 'text');
    await writeFile(path, 'this is no program\n');
    await expect(keeper.bring(path, undefined, stop.signal)).rejects.toThrow(/^Pod\/ns\/a: /);
    expect(agent.process.exitCode).toBeNull();
  });

  it('restartUntouched restarts only the processes of pods that got no delivery', async () => {
    const { keeper, another, folder, add, seen, stop } = await setUp();
    await add('a');
    const path = await script(folder, 'next');
    await keeper.bring(path, undefined, stop.signal);
    expect(await keeper.restartUntouched()).toBe(0);
    const next = await another();
    await next.bring(path, undefined, stop.signal);
    expect(await next.restartUntouched()).toBe(1);
    await seen('a', 'started', 2);
  });

  it('a delivery stops waiting for pods when its signal fires', async () => {
    const { keeper, folder } = await setUp();
    const cancel = new AbortController();
    const bringing = keeper.bring(await script(folder, 'next'), undefined, cancel.signal);
    cancel.abort(new Error('a newer edit'));
    await expect(bringing).rejects.toThrow('a newer edit');
  });
});
