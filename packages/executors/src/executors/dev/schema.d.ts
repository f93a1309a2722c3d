import type { PortForwardSpec } from '../../forwards/port-forward-options.js';
import type { DebugOption } from '../../workload/debug-options.js';

/** Options of the dev executor; what they mean and default to stands in schema.json. */
export interface DevOptions {
  goBuild?: string;
  kustomizeBuild?: string;
  imageBuild?: string;
  kustomizeApply?: string;
  delveBuild?: string;
  debug?: DebugOption;
  targets?: Record<string, { dependsOn?: string[]; before?: string[] }>;
  once?: boolean;
  triggerModes?: Record<string, 'auto' | 'manual'>;
  portForwards?: PortForwardSpec[];
  logs?: boolean;
  rawLogs?: boolean;
  output?: 'text' | 'json';
  gracePeriod?: number;
  releaseLease?: boolean;
  timeout?: number;
  context?: string;
  allowContexts?: string[];
}
