import { NxKubeError } from '@nx-kube/cluster';
import { defaultLdflags, type GoBuild } from '../go/arguments.js';

/**
 * A binary without debug information cannot be debugged, and where the compiler has optimized, lines and variables are missing.
 *
 * @param target that builds it
 * @throws NxKubeError (configuration)
 */
export function requireDebuggable({ ldflags = defaultLdflags, gcflags = '' }: GoBuild, target: string): void {
  const words = (flags: string | string[]) => [flags].flat().join(' ').split(/\s+/);
  const strips = words(ldflags).some((flag) => /^--?[sw](=|$)/.test(flag) && !/=(false|0)$/.test(flag));
  const optimizes = !words(gcflags).some((flag) => /(^|=)-N$/.test(flag));
  if (!strips && !optimizes) return;
  const problem = strips ? 'leaves out the debug information ("ldflags")' : 'optimizes ("gcflags")';
  throw new NxKubeError('configuration', `${target} ${problem}: there is nothing for the debugger to show`, {
    next: 'Run dev with --configuration debug; in it go-build has "gcflags": "all=-N -l" and "ldflags": "".',
  });
}
