import { isDeepStrictEqual } from 'node:util';
import { explain } from '@nx-kube/cluster';
import { affected } from './affected.js';
import type { ChangeSettingsOptions } from './change-settings.js';
import { targetNames, type LoopOptions, type SettingsFiles } from './options.js';

export interface ChangeConfigurationOptions extends Omit<ChangeSettingsOptions, 'settings' | 'takeOver'> {
  configuration: SettingsFiles;
  /** Whether the options are taken over although they are the same. Default: false. */
  always?: boolean;
  /** Called with options that the loop can take over as it is, and the targets that have to run for them. */
  takeOver: (options: LoopOptions, targets: string[]) => Promise<void>;
}

/** Name of Nx's configuration in events. */
const target = 'nx';

/**
 * Reads the configuration of the project from Nx again and takes it over: the files that targets read, and their
 * options. A configuration that Nx cannot read is reported, and the loop goes on with the one that it has. Never
 * rejects.
 */
export async function changeConfiguration(options: ChangeConfigurationOptions): Promise<void> {
  const { configuration, always = false, current, takeOver, onAnew, emit, signal } = options;
  try {
    const read = await configuration.read();
    emit({ type: 'target', target, state: 'ok' });
    if (signal.aborted) return;
    const before = current();
    const after = read.options;
    // Inputs are taken over by another watch, not by another loop.
    const { anew: inLoop, targets } = affected({ ...before, inputs: after.inputs }, after);
    const anew = read.anew || inLoop;
    if (read.changed.length || anew) emit({ type: 'settings', options: read.changed, anew });
    if (anew) return onAnew();
    const notices = [...(after.notCached ?? [])].filter(([name]) => !before.notCached?.has(name));
    notices.forEach(([name, message]) => emit({ type: 'notice', target: name, message }));
    const files = ({ inputs, notCached = new Map() }: LoopOptions) => [inputs, notCached];
    if (!always && !read.changed.length && isDeepStrictEqual(files(before), files(after))) return;
    // A target that runs through Nx has options that the loop does not know.
    const names = targetNames(after);
    const concerned = read.changed.map((option) => option.split('.')[0]!).filter((name) => names.includes(name));
    await takeOver(after, [...new Set([...targets, ...concerned])]);
  } catch (error) {
    if (!signal.aborted) emit({ type: 'target', target, state: 'error', message: explain(error) });
  }
}
