import { NxKubeError } from '@nx-kube/cluster';
import { defaultLdflags, type GoBuild } from '../go/arguments.js';

/**
 * Checks that a build keeps debug information and does not optimize: otherwise the debugger misses lines and variables.
 *
 * @param target name of the target that builds the binary
 * @throws NxKubeError (configuration) when the flags strip or optimize
 */
export function requireDebuggable({ ldflags = defaultLdflags, gcflags = '' }: GoBuild, target: string): void {
  const words = (flags: string | string[]) => [flags].flat().join(' ').split(/\s+/);
  const strips = words(ldflags).some((flag) => /^--?[sw](=|$)/.test(flag) && !/=(false|0)$/.test(flag));
  const optimizes = !words(gcflags).some((flag) => /(^|=)-N$/.test(flag));
  if (!strips && !optimizes) return;
  const problem = strips ? 'leaves out the debug information ("ldflags")' : 'optimizes ("gcflags")';
  throw new NxKubeError('configuration', `${target} ${problem}: the debugger has nothing to show.`, {
    next: 'Run dev with --configuration debug; in it go-build has "gcflags": "all=-N -l" and "ldflags": "".',
  });
}
