import { setMaxListeners } from 'node:events';
import type { ExecutorContext } from '@nx/devkit';
import { explain } from '@nx-kube/cluster';
import { renderQuoted } from '../../logs/render-line.js';
import { flushOutput, printError } from '../../nx/print.js';
import { readConfiguration, type GivenTarget } from '../../nx/read-configuration.js';
import { stopSignals } from '../../nx/run-executor.js';
import { settle } from '../../nx/with-settings.js';
import { filledOptions } from '../nx-options.js';
import { ControlSocket } from './control-socket.js';
import { runDev } from './nx-run-dev.js';
import type { SettledDev } from './nx-settings-files.js';
import type { DevOptions } from './schema.js';

/** Signals within this time (ms) count as one Ctrl-C: they come from the terminal and from Nx. */
const oneCtrlCMs = 500;

export default async function dev(given: DevOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  const stop = new AbortController();
  // Every request, child and watch of the loop listens to the signal: their number is no sign of a leak.
  setMaxListeners(256);
  const removeListeners = stopOnSignals(stop);
  const control = new ControlSocket(stop.signal);
  let target: GivenTarget<DevOptions> = { options: given, context };
  const settleDev = async (): Promise<SettledDev> => {
    const settled = await settle(target.options, target.context);
    return { ...settled, options: filledOptions('dev', settled.options) };
  };
  const readAgain = async () => {
    target = await readConfiguration(target, stop.signal);
  };
  try {
    let settled: SettledDev | undefined = await settleDev();
    for (let round = 0; settled; round += 1) {
      const parts = { settle: settleDev, readAgain, control, signal: stop.signal, isFirst: round === 0 };
      settled = await runDev(settled, parts);
    }
    // A one-shot run that was stopped has not brought everything up.
    return { success: !(stop.signal.aborted && given.once) };
  } catch (error) {
    if (!stop.signal.aborted) printError(renderQuoted(explain(error)));
    return { success: stop.signal.aborted && !given.once };
  } finally {
    // A one-shot run needs its watches and connections no longer.
    stop.abort();
    removeListeners();
    await flushOutput();
  }
}

/** Aborts at the first signal; a second Ctrl-C ends the process. @returns removes the listeners */
function stopOnSignals(stop: AbortController): () => void {
  let first: number | undefined;
  const onSignal = () => {
    first ??= performance.now();
    if (performance.now() - first > oneCtrlCMs) process.exit(130);
    stop.abort();
  };
  for (const name of stopSignals) process.on(name, onSignal);
  return () => stopSignals.forEach((name) => process.off(name, onSignal));
}
