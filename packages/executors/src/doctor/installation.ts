import { explain } from '@nx-kube/cluster';
import { satisfies } from 'semver';
import { agentBinary, packBinary } from '../agent/binaries.js';
import { clauseOf, fail, ok, warn, type Diagnosis } from './diagnosis.js';

/** Versions of Nx and Node.js in use, and the supported ranges (semver). */
export interface Versions {
  nx: string;
  nxRange: string;
  node: string;
  nodeRange: string;
}

/** Checks the versions of Nx and Node.js. An unsupported Nx is a warning, an unsupported Node.js a failure. Pure. */
export function diagnoseVersions({ nx, nxRange, node, nodeRange }: Versions): Diagnosis[] {
  return [
    satisfies(nx, nxRange, { includePrerelease: true })
      ? ok('nx', `${nx} (supported: ${nxRange})`)
      : warn('nx', `${nx} is not among the supported versions ${nxRange}`, 'Run nx migrate to a supported version.'),
    satisfies(node, nodeRange)
      ? ok('node', `${node} (supported: ${nodeRange})`)
      : fail('node', `${node} is not among the supported versions ${nodeRange}`, 'Install a newer Node.js.'),
  ];
}

/** Checks that the programs of nx-kube are installed: the agent for the pods, and the packer for this machine. */
export function diagnoseAgent(
  programs: Record<string, () => string> = {
    'agent for linux/amd64': () => agentBinary('amd64'),
    'agent for linux/arm64': () => agentBinary('arm64'),
    packer: packBinary,
  },
): Diagnosis {
  const missing = Object.values(programs).flatMap((find) => {
    try {
      find();
      return [];
    } catch (error) {
      return [explain(error).split('\n  → ')];
    }
  });
  if (!missing.length) return ok('agent', `${Object.keys(programs).join(', ')}: found`);
  return fail('agent', missing.map(([message = '']) => clauseOf(message)).join('; '), missing[0]![1]!);
}
