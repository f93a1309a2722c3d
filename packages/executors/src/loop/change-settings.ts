import { explain } from '@nx-kube/cluster';
import type { Emit } from '../events/events.js';
import { affected } from './affected.js';
import type { LoopOptions, SettingsFiles } from './options.js';

export interface ChangeSettingsOptions {
  settings: SettingsFiles;
  /** The options that the loop has at the time. */
  current: () => LoopOptions;
  /** Called with options that the loop can take over as it is, and the targets that they concern. */
  takeOver: (options: LoopOptions, targets: string[]) => Promise<void>;
  /** Called where another loop has to take the place of this one. */
  onAnew: () => void;
  emit: Emit;
  signal: AbortSignal;
}

/**
 * Reads a developer's settings again and takes them over. Settings that cannot be read are reported, and the loop goes
 * on with those that it has. Never rejects.
 */
export async function changeSettings(options: ChangeSettingsOptions): Promise<void> {
  const { settings, current, takeOver, onAnew, emit, signal } = options;
  try {
    const read = await settings.read();
    emit({ type: 'target', target: 'dev-settings', state: 'ok' });
    if (signal.aborted || !read.changed.length) return;
    const { anew: inLoop, targets } = affected(current(), read.options);
    const anew = read.anew || inLoop;
    emit({ type: 'settings', options: read.changed, anew });
    if (anew) onAnew();
    else await takeOver(read.options, targets);
  } catch (error) {
    if (!signal.aborted) emit({ type: 'target', target: 'dev-settings', state: 'error', message: explain(error) });
  }
}
