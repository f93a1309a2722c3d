import { rmSync } from 'node:fs';
import { chmod, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { explain, NxKubeError } from '@nx-kube/cluster';
import type { ControlAnswer, ControlRequest, LoopStatus } from './messages.js';

/** Longest request that is read, in characters: no caller of ours comes near it. */
const longestRequest = 64 * 1024;

/**
 * Listens for commands from other terminals until the signal; then the socket is gone.
 *
 * @param handle does what is asked, and tells how things stand afterwards; what it throws is the answer
 * @throws NxKubeError (configuration) where another loop of the project listens already
 */
export async function serveControl(
  path: string,
  handle: (request: ControlRequest) => LoopStatus | Promise<LoopStatus>,
  signal: AbortSignal,
): Promise<void> {
  if (await isServed(path)) {
    throw new NxKubeError('configuration', 'Another dev of this project is running', {
      next: 'Stop it, or use its terminal; nx run <project>:status shows what it does.',
    });
  }
  // Left behind by a loop that was killed.
  await rm(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    let received = 0;
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (received > longestRequest) socket.destroy();
    });
    createInterface(socket).once('line', async (line) => {
      socket.end(`${JSON.stringify(await answer(line, handle))}\n`);
    });
  });
  await listen(server, path);
  await chmod(path, 0o600);
  // A forced exit closes nothing.
  const onExit = () => rmSync(path, { force: true });
  process.once('exit', onExit);
  signal.addEventListener('abort', () => server.close(() => process.off('exit', onExit)), { once: true });
}

async function answer(
  line: string,
  handle: (request: ControlRequest) => LoopStatus | Promise<LoopStatus>,
): Promise<ControlAnswer> {
  try {
    return { ok: true, status: await handle(JSON.parse(line) as ControlRequest) };
  } catch (error) {
    if (error instanceof NxKubeError) return { ok: false, message: error.message, next: error.next };
    return { ok: false, message: error instanceof SyntaxError ? 'the request is not JSON' : explain(error) };
  }
}

function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve());
  });
}
