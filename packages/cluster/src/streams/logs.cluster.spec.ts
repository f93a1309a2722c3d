import { probePod } from '@nx-kube/testing/cluster/probe.js';
import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { remove } from '../api/objects.js';
import { apply } from '../apply/apply.js';
import { refOf, type KubeObject } from '../object/kube-object.js';
import { waitReady } from '../readiness/wait-ready.js';
import { logs, type LogsOptions } from './logs.js';

const test = useCluster('logs');
let ticking: KubeObject;

beforeAll(async () => {
  const pod = (name: string, args: string[]) => probePod(test.cluster, { name, namespace: test.namespace, args });
  ticking = await pod('ticking', ['tick', '20ms']);
  const pods = [await pod('two-lines', ['wait', 'first', 'zweite Zeile: äöü']), ticking];
  await apply(test.cluster, pods);
  await waitReady(test.cluster, pods.map(refOf));
});

function read(pod: string, options: Partial<LogsOptions> = {}): AsyncIterable<string> {
  return logs(test.cluster, { namespace: test.namespace, pod, container: 'main', ...options });
}

async function collect(lines: AsyncIterable<string>, most = Infinity): Promise<string[]> {
  const result: string[] = [];
  for await (const line of lines) if (result.push(line) >= most) break;
  return result;
}

describe('logs', () => {
  it('logs are returned line by line', async () => {
    expect(await collect(read('two-lines'))).toEqual(['first', 'zweite Zeile: äöü']);
    expect(await collect(read('two-lines', { tailLines: 1 }))).toEqual(['zweite Zeile: äöü']);
    expect(await collect(read('two-lines', { timestamps: true }))).toEqual([
      expect.stringMatching(/^20\d\d-\d\d-\d\dT\S+Z? first$/),
      expect.stringMatching(/ zweite Zeile/),
    ]);
  });

  it('logs can be followed, and left', async () => {
    const lines = await collect(read('ticking', { follow: true, tailLines: 1 }), 20);
    const numbers = lines.map((line) => Number(/^tick (\d+)$/.exec(line)![1]));
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
  });

  it('aborted logs end without an error: before the request, while waiting, and between lines', async () => {
    await expect(collect(read('ticking', { follow: true, signal: AbortSignal.abort() }))).resolves.toEqual([]);
    for (const pod of ['ticking', 'two-lines']) {
      const abort = new AbortController();
      const seen: string[] = [];
      for await (const line of read(pod, { follow: true, signal: abort.signal })) {
        if (seen.push(line) === 2) setTimeout(() => abort.abort(), 50);
      }
      expect(seen.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('followed logs end when the container ends', async () => {
    const following = read('ticking', { follow: true, tailLines: 1 })[Symbol.asyncIterator]();
    await following.next();
    await remove(test.cluster, refOf(ticking), { gracePeriodSeconds: 0 });
    const rest = await collect({ [Symbol.asyncIterator]: () => following });
    expect(rest.every((line) => line.startsWith('tick'))).toBe(true);
  });

  it('logs of a missing pod or container are an error that names it', async () => {
    await expect(collect(read('nobody'))).rejects.toThrow(/^Pod\/.*\/nobody: pods "nobody" not found/);
    await expect(collect(read('two-lines', { container: 'nothing' }))).rejects.toThrow(
      /container nothing is not valid/,
    );
  });
});
