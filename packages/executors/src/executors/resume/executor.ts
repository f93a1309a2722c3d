import type { ExecutorContext } from '@nx/devkit';
import { control } from '../../nx/control-target.js';
import type { ResumeOptions } from './schema.js';

export default function resume(options: ResumeOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return control({ verb: 'resume', targets: options.targets?.length ? options.targets : undefined }, options, context);
}
