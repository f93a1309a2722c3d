import { NxKubeError } from '@nx-kube/cluster';
import type { ControlRequest, LoopStatus } from '../../control/messages.js';
import { serveControl } from '../../control/server.js';
import { socketPath } from '../../control/socket-path.js';

/**
 * The socket for commands from other terminals. It stays open while this process runs; loops take turns to answer on
 * it.
 */
export class ControlSocket {
  #isOpen = false;
  /** Answers a request. Each loop sets it when it can obey. */
  answer: (request: ControlRequest) => LoopStatus = () => {
    throw new NxKubeError('configuration', 'The loop is starting', { next: 'Try again in a moment.' });
  };

  /** @param signal closes the socket */
  constructor(private readonly signal: AbortSignal) {}

  /** Opens the socket unless it is open. @throws NxKubeError (configuration) where another loop of the project runs */
  async open(workspaceRoot: string, project: string): Promise<void> {
    if (this.#isOpen) return;
    await serveControl(await socketPath(workspaceRoot, project), (request) => this.answer(request), this.signal);
    this.#isOpen = true;
  }
}
