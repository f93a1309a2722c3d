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

/** The port-forwards of a project: opened once the objects are applied, opened anew where they then lead elsewhere. */
export class Forwards {
  readonly #open = new Map<string, ChildController>();
  #applied: { main: KubeObject; objects: KubeObject[] } | undefined;

  constructor(
    private readonly cluster: Cluster,
    private specs: readonly PortForwardSpec[],
    private readonly options: { emit: Emit; signal: AbortSignal },
  ) {}

  /** Takes other options: only forwards that differ are closed and opened. @throws as `onApplied` */
  setSpecs(specs: readonly PortForwardSpec[]): void {
    this.specs = specs;
    if (this.#applied) this.onApplied(this.#applied.main, this.#applied.objects);
  }

  /** @throws NxKubeError (configuration) where an option fits none of the objects */
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
 * Fails for a local port that is taken, before anything else is done.
 *
 * @throws NxKubeError (configuration) naming the option's element
 */
export async function requireFreePorts(specs: PortForwardSpec[]): Promise<void> {
  for (const [index, { port, localPort = port, host = '127.0.0.1' }] of specs.entries()) {
    const problem = await portProblem(localPort, host);
    if (!problem) continue;
    throw new NxKubeError('configuration', `portForwards[${index}]: port ${localPort} on ${host} is ${problem}`, {
      next: `Stop what uses it, or set portForwards[${index}].localPort to another port, or to 0 for a free one.`,
    });
  }
}

/** Why a local port cannot be listened on: `taken`; undefined where it can. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'EADDRINUSE' ? 'taken' : `not to be had (${code})`),
    );
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
