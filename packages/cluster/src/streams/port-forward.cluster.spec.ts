import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { probePod } from '@nx-kube/testing/cluster/probe.js';
import { useCluster } from '@nx-kube/testing/cluster/real-cluster.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { remove } from '../api/objects.js';
import { apply } from '../apply/apply.js';
import { refOf } from '../object/kube-object.js';
import { waitReady } from '../readiness/wait-ready.js';
import { portForward, type PortForwardState } from './port-forward.js';

const test = useCluster('port-forward');
const hello = 'hello\n';

async function startPod(name: string, what = 'serve'): Promise<void> {
  const pod = await probePod(test.cluster, { name, namespace: test.namespace, args: [what, '8080'] });
  await apply(test.cluster, [pod]);
  await waitReady(test.cluster, [refOf(pod)]);
}

beforeAll(() => startPod('one'));

async function talk(port: number, text: string): Promise<string> {
  const socket = dial(port, '127.0.0.1');
  socket.write(text);
  const answer = await read(socket, hello.length + text.length);
  socket.destroy();
  return answer.toString();
}

async function read(socket: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let total = 0; total < length;) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    chunks.push(chunk);
    total += chunk.length;
  }
  return Buffer.concat(chunks);
}

describe('portForward', () => {
  it('a port-forward carries many connections at once', async () => {
    const forward = await portForward(test.cluster, { namespace: test.namespace, pod: 'one', port: 8080 });
    const texts = Array.from({ length: 10 }, (_, i) => `message ${i}`);
    expect(await Promise.all(texts.map((text) => talk(forward.localPort, text)))).toEqual(
      texts.map((text) => hello + text),
    );
    expect(forward.host).toBe('127.0.0.1');
    await forward.close();
  });

  it('a port-forward carries megabytes in both directions unchanged', async () => {
    const forward = await portForward(test.cluster, { namespace: test.namespace, pod: 'one', port: 8080 });
    const content = randomBytes(8 * 1024 * 1024);
    const socket = dial(forward.localPort, '127.0.0.1');
    const answer = read(socket, hello.length + content.length);
    socket.write(content);
    expect((await answer).subarray(hello.length).equals(content)).toBe(true);
    await forward.close();
  });

  it('a connection that the pod ends is no failure', async () => {
    await startPod('polite', 'greet');
    const states: PortForwardState[] = [];
    const forward = await portForward(test.cluster, {
      namespace: test.namespace,
      pod: 'polite',
      port: 8080,
      onState: (state) => states.push(state),
    });
    const socket = dial(forward.localPort, '127.0.0.1');
    const end = once(socket, 'end');
    expect((await read(socket, 4)).toString()).toBe('bye\n');
    await end;
    expect(states).toEqual([]);
    await forward.close();
  });

  it('a port-forward reports that the port in the pod is closed', async () => {
    const forward = await portForward(test.cluster, { namespace: test.namespace, pod: 'one', port: 9 });
    const socket = dial(forward.localPort, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await expect
      .poll(() => forward.state, { timeout: 30_000 })
      .toMatchObject({ state: 'failing', message: expect.stringContaining('refused') as string });
    await forward.close();
  });

  it('a port-forward goes to the current pod', async () => {
    let pod = 'one';
    const forward = await portForward(test.cluster, { namespace: test.namespace, pod: async () => pod, port: 8080 });
    await talk(forward.localPort, 'a');
    await startPod('two');
    await remove(test.cluster, { apiVersion: 'v1', kind: 'Pod', namespace: test.namespace, name: 'one' });
    pod = 'two';
    expect(await talk(forward.localPort, 'b')).toBe(`${hello}b`);
    pod = 'nobody';
    const socket = dial(forward.localPort, '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => socket.once('close', resolve).resume());
    await expect
      .poll(() => forward.state, { timeout: 30_000 })
      .toMatchObject({ state: 'failing', message: expect.stringContaining('not found') as string });
    await forward.close();
  });
});
