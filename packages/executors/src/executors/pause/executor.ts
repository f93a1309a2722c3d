import type { ExecutorContext } from '@nx/devkit';
import { control } from '../../nx/control-target.js';
import type { PauseOptions } from './schema.js';

export default function pause(options: PauseOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return control({ verb: 'pause', targets: options.targets?.length ? options.targets : undefined }, options, context);
}
