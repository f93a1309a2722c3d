import { createServer } from 'node:net';
import {
  childController,
  explain,
  NxKubeError,
  type ChildController,
  type Cluster,
  type KubeObject,
} from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { startForward } from './forward.js';
import { forwardTargets, type PortForwardSpec } from './port-forward-options.js';

/** The port-forwards of a project. They open when the objects are applied, and reopen when their target changes. */
export class Forwards {
  readonly #open = new Map<string, ChildController>();
  #applied: { main: KubeObject; objects: KubeObject[] } | undefined;

  constructor(
    private readonly cluster: Cluster,
    private specs: readonly PortForwardSpec[],
    private readonly options: { emit: Emit; signal: AbortSignal },
  ) {}

  /** Takes new options: closes and opens only the forwards that differ. Throws as `onApplied` does. */
  setSpecs(specs: readonly PortForwardSpec[]): void {
    this.specs = specs;
    if (this.#applied) this.onApplied(this.#applied.main, this.#applied.objects);
  }

  /**
   * Opens the forwards to the applied objects, and closes those that are no longer wanted.
   *
   * @param main the workload under development
   * @throws NxKubeError (configuration) if an option names a workload that is not among `objects`
   */
  onApplied(main: KubeObject, objects: KubeObject[]): void {
    this.#applied = { main, objects };
    const targets = forwardTargets(this.specs, main, objects, this.cluster.namespace);
    const wanted = new Map(targets.map((target) => [JSON.stringify(target), target]));
    for (const [key, stop] of this.#open) {
      if (wanted.has(key)) continue;
      stop.abort();
      this.#open.delete(key);
    }
    const { emit, signal } = this.options;
    for (const [key, target] of wanted) {
      if (this.#open.has(key)) continue;
      const stop = childController(signal);
      this.#open.set(key, stop);
      const address = `${target.host}:${target.localPort}`;
      startForward(this.cluster, target, { emit, signal: stop.signal }).catch((error) => {
        if (!signal.aborted)
          emit({ type: 'forward', name: target.name, address, state: 'failing', message: explain(error) });
      });
    }
  }
}

/**
 * Checks that the local ports of all forwards are free, so that the loop fails before it changes anything.
 *
 * @throws NxKubeError (configuration) that names the option's element
 */
export async function requireFreePorts(specs: PortForwardSpec[]): Promise<void> {
  for (const [index, { port, localPort = port, host = '127.0.0.1' }] of specs.entries()) {
    const problem = await portProblem(localPort, host);
    if (!problem) continue;
    throw new NxKubeError('configuration', `portForwards[${index}]: port ${localPort} on ${host} is ${problem}.`, {
      next: `Stop the program that uses it, or set portForwards[${index}].localPort to another port, or to 0 for a free one.`,
    });
  }
}

/** Returns why a local port cannot be listened on, such as `in use`, or undefined if it is free. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'EADDRINUSE' ? 'in use' : `not available (${code})`),
    );
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
