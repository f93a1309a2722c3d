import type { ExecutorContext } from '@nx/devkit';
import { control } from '../../nx/control-target.js';
import type { StatusOptions } from './schema.js';

export default function status(options: StatusOptions, context: ExecutorContext): Promise<{ success: boolean }> {
  return control({ verb: 'status' }, options, context);
}
