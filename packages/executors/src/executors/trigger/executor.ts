import type { ExecutorContext } from '@nx/devkit';
import { control } from '../../nx/control-target.js';
import type { TriggerOptions } from './schema.js';

export default function trigger(options: TriggerOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return control({ verb: 'trigger', targets: options.targets }, options, context);
}
