import type { Change } from '@nx-kube/cluster';
import { describe, expect, it, vi } from 'vitest';
import type { LoopEvent } from '../events/events.js';
import { Lane } from './lane.js';
import type { Delivery, MadeContent, LoopTarget } from './targets/loop-target.js';
import { valueCell } from './value-cell.js';

/** A target whose builds and deliveries end when the test ends them. */
class Steps implements LoopTarget<string> {
  readonly target = 'go-build';
  idle?: (signal: AbortSignal) => Promise<void>;
  triesAgain?: boolean;
  readonly builds: { end: (made: MadeContent<string>) => void; signal: AbortSignal }[] = [];
  readonly deliveries: { content: string; end: (delivery: Delivery | Error) => void; signal: AbortSignal }[] = [];
  #wake = () => {};

  make(signal: AbortSignal) {
    return new Promise<MadeContent<string>>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      this.builds.push({ end: resolve, signal });
      this.#wake();
    });
  }
  deliver(content: string, signal: AbortSignal) {
    return new Promise<Delivery>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      this.deliveries.push({
        content,
        signal,
        end: (result) => (result instanceof Error ? reject(result) : resolve(result)),
      });
      this.#wake();
    });
  }
  /** Waits until this many builds and deliveries have begun. */
  async begun(builds: number, deliveries: number) {
    while (this.builds.length < builds || this.deliveries.length < deliveries) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

const made = (content: string): MadeContent<string> => ({ ok: true, digest: `digest of ${content}`, content });

const change = (action: Change['action']): Change => ({
  ...{ subject: 'ConfigMap/demo/app', action },
  ref: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo', name: 'app' },
});

function start() {
  const steps = new Steps();
  const stop = new AbortController();
  const events: LoopEvent[] = [];
  return { steps, stop, events, lane: new Lane(steps, (event) => events.push(event), stop.signal) };
}
async function deliverOne({ steps, lane }: ReturnType<typeof start>, content: string) {
  const [builds, deliveries] = [steps.builds.length, steps.deliveries.length];
  const run = lane.run(performance.now());
  await steps.begun(builds + 1, 0);
  steps.builds.at(-1)!.end(made(content));
  await steps.begun(0, deliveries + 1);
  steps.deliveries.at(-1)!.end({ syncMs: 5 });
  return run;
}

describe('Lane', () => {
  it('a lane delivers new content and reports the duration of each step', async () => {
    const entry = await deliverOne(start(), 'v1');
    expect(entry).toMatchObject({ target: 'go-build', outcome: 'delivered', timings: { sync: 5 } });
    expect(Object.keys(entry.timings)).toEqual(expect.arrayContaining(['watch', 'build', 'compare', 'total']));
  });

  it('a lane sends nothing when the digest is the delivered one', async () => {
    const parts = start();
    await deliverOne(parts, 'v1');
    const run = parts.lane.run(performance.now());
    await parts.steps.begun(2, 1);
    parts.steps.builds[1]!.end(made('v1'));
    expect(await run).toMatchObject({ outcome: 'unchanged' });
    expect(parts.steps.deliveries).toHaveLength(1);
  });

  it('a lane delivers the same content where it has to in any case, also when a newer run takes over', async () => {
    const parts = start();
    await deliverOne(parts, 'v1');
    const first = parts.lane.run(performance.now(), { always: true });
    const second = parts.lane.run(performance.now());
    expect(await first).toMatchObject({ outcome: 'superseded' });
    await parts.steps.begun(2, 1);
    parts.steps.builds.at(-1)!.end(made('v1'));
    await parts.steps.begun(2, 2);
    parts.steps.deliveries[1]!.end({ syncMs: 1, changes: [change('created')] });
    expect(await second).toMatchObject({ outcome: 'delivered' });
  });

  it('a delivery of the same content that changes nothing is reported as unchanged', async () => {
    const parts = start();
    await deliverOne(parts, 'v1');
    const run = parts.lane.run(performance.now(), { always: true });
    await parts.steps.begun(2, 1);
    parts.steps.builds.at(-1)!.end(made('v1'));
    await parts.steps.begun(2, 2);
    parts.steps.deliveries[1]!.end({ syncMs: 1, changes: [change('unchanged')] });
    expect(await run).toMatchObject({ outcome: 'unchanged' });
  });

  it('a newer edit cancels the running build, and the lane delivers only the newest content', async () => {
    const { steps, lane } = start();
    const first = lane.run(performance.now());
    const second = lane.run(performance.now());
    const third = lane.run(performance.now());
    expect(await first).toMatchObject({ outcome: 'superseded' });
    expect(await second).toMatchObject({ outcome: 'superseded' });
    await steps.begun(1, 0);
    steps.builds.at(-1)!.end(made('v3'));
    await steps.begun(0, 1);
    expect(steps.deliveries.map((d) => d.content)).toEqual(['v3']);
    steps.deliveries[0]!.end({ syncMs: 1 });
    expect(await third).toMatchObject({ outcome: 'delivered' });
  });

  it('a delivery goes on while a newer build runs, and is cancelled once that build has newer content', async () => {
    const { steps, lane } = start();
    const first = lane.run(performance.now());
    await steps.begun(1, 0);
    steps.builds[0]!.end(made('v1'));
    await steps.begun(1, 1);
    const second = lane.run(performance.now());
    await steps.begun(2, 1);
    expect(steps.deliveries[0]!.signal.aborted).toBe(false);
    steps.builds[1]!.end(made('v2'));
    expect(await first).toMatchObject({ outcome: 'superseded' });
    await steps.begun(2, 2);
    steps.deliveries[1]!.end({ syncMs: 1 });
    expect(await second).toMatchObject({ outcome: 'delivered' });
  });

  it('a lane delivers the same content again if another delivery failed in between', async () => {
    const parts = start();
    const { steps, lane } = parts;
    await deliverOne(parts, 'v1');
    const failing = lane.run(performance.now());
    await steps.begun(2, 1);
    steps.builds[1]!.end(made('v2'));
    await steps.begun(2, 2);
    steps.deliveries[1]!.end(new Error('cut off'));
    expect(await failing).toMatchObject({ outcome: 'failed' });
    const again = lane.run(performance.now());
    await steps.begun(3, 2);
    steps.builds[2]!.end(made('v1'));
    await steps.begun(3, 3);
    steps.deliveries[2]!.end({ syncMs: 1 });
    expect(await again).toMatchObject({ outcome: 'delivered' });
  });

  it('a retry delivers what could not be delivered, without making it again', async () => {
    const { steps, lane } = start();
    steps.triesAgain = true;
    const failing = lane.run(performance.now());
    await steps.begun(1, 0);
    steps.builds[0]!.end(made('v1'));
    await steps.begun(1, 1);
    steps.deliveries[0]!.end(new Error('exceeded quota'));
    expect(await failing).toMatchObject({ outcome: 'failed' });
    expect(lane.canRetry).toBe(true);
    const again = lane.run(performance.now(), { retry: true });
    await steps.begun(1, 2);
    expect(steps.deliveries[1]!.content).toBe('v1');
    steps.deliveries[1]!.end({ syncMs: 1 });
    expect(await again).toMatchObject({ outcome: 'delivered' });
    expect(steps.builds).toHaveLength(1);
    expect(lane.canRetry).toBe(false);
  });

  it('content that cannot be made is not delivered again', async () => {
    const { steps, lane } = start();
    steps.triesAgain = true;
    const failing = lane.run(performance.now());
    await steps.begun(1, 0);
    steps.builds[0]!.end({ ok: false, message: 'no such file' });
    await failing;
    expect(lane.canRetry).toBe(false);
  });

  it('content that could not be read for another reason is made again by a retry', async () => {
    let isReachable = false;
    const source: LoopTarget<string> = {
      ...{ target: 'yaml', triesAgain: true, deliver: async () => ({ syncMs: 1 }) },
      async make() {
        if (!isReachable) throw new Error('the chart repository does not answer');
        return made('v1');
      },
    };
    const lane = new Lane(source, () => {}, new AbortController().signal);
    expect(await lane.run(performance.now())).toMatchObject({ outcome: 'failed' });
    expect(lane.canRetry).toBe(true);
    isReachable = true;
    expect(await lane.run(performance.now(), { retry: true })).toMatchObject({ outcome: 'delivered' });
  });

  it('a lane reports what its target waits for, and measures that apart from the steps', async () => {
    const stop = new AbortController();
    const events: LoopEvent[] = [];
    const images = valueCell<string>();
    const keeper = valueCell<string>();
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const pass = (ms: number) => vi.advanceTimersByTime(ms);
      const target: LoopTarget<string> = {
        target: 'yaml',
        async make(signal, waitFor) {
          pass(300);
          return made(await waitFor!('image-build', false, images.get(signal)));
        },
        async deliver(_, signal, waitFor) {
          await waitFor!('go-build', false, keeper.get(signal));
          pass(50);
          return { syncMs: 50 };
        },
      };
      const emit = (event: LoopEvent) => {
        events.push(event);
        if (event.type !== 'target' || event.state !== 'pending') return;
        pass(event.waitsFor === 'image-build' ? 145_000 : 2000);
        if (event.waitsFor === 'image-build') images.set('v1');
        else keeper.set('pods');
      };
      const entry = await new Lane(target, emit, stop.signal).run(performance.now() - 1010, { queuedMs: 1000 });
      expect(entry.timings).toEqual({
        ...{ watch: 10, build: 300, compare: 0, sync: 50, wait: 148_000, total: 148_360 },
      });
    } finally {
      vi.useRealTimers();
    }
    const states = events.map((event) => event.type === 'target' && `${event.state} ${event.waitsFor ?? ''}`.trim());
    expect(states).toEqual([
      ...['in_progress', 'pending image-build', 'in_progress', 'pending go-build', 'in_progress', 'ok'],
    ]);
  });

  it('idle work begins after a while without edits, and the next edit cancels it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const parts = start();
      const idle: AbortSignal[] = [];
      parts.steps.idle = (signal) =>
        new Promise((resolve) => {
          idle.push(signal);
          signal.addEventListener('abort', () => resolve());
        });
      await deliverOne(parts, 'v1');
      expect(idle).toHaveLength(0);
      vi.advanceTimersByTime(2000);
      expect(idle).toHaveLength(1);
      await deliverOne(parts, 'v2');
      expect(idle[0]!.aborted).toBe(true);
      parts.stop.abort();
      vi.advanceTimersByTime(10_000);
      expect(idle).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a lane reports a build error, and a new process that crashes', async () => {
    const { steps, lane } = start();
    const broken = lane.run(performance.now());
    await steps.begun(1, 0);
    steps.builds[0]!.end({ ok: false, message: 'main.go:3:1: syntax error' });
    expect(await broken).toMatchObject({ outcome: 'failed', message: 'main.go:3:1: syntax error' });
    const crashing = lane.run(performance.now());
    await steps.begun(2, 0);
    steps.builds[1]!.end(made('v2'));
    await steps.begun(2, 1);
    steps.deliveries[0]!.end({ syncMs: 1, outcome: Promise.resolve({ crashed: 'exit code 1' }) });
    expect(await crashing).toMatchObject({ outcome: 'crashed', message: 'exit code 1' });
  });
});
