import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { NxKubeError } from '@nx-kube/cluster';
import type { ControlAnswer, ControlRequest, LoopStatus } from './messages.js';

/**
 * Asks the loop of a project.
 *
 * @param path its socket
 * @throws NxKubeError where no loop is running, or it refuses
 */
export async function askLoop(path: string, project: string, request: ControlRequest): Promise<LoopStatus> {
  const answer = await exchange(path, request).catch((cause) => {
    throw new NxKubeError('configuration', `No dev of ${project} is running`, {
      next: `Start it with nx run ${project}:dev.`,
      cause,
    });
  });
  if (answer.ok) return answer.status;
  throw new NxKubeError('configuration', answer.message, { next: answer.next });
}

async function exchange(path: string, request: ControlRequest): Promise<ControlAnswer> {
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(`${JSON.stringify(request)}\n`);
  return JSON.parse(await text(socket)) as ControlAnswer;
}
