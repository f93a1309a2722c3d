import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';

const operatingSystems: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
};
const architectures: Partial<Record<NodeJS.Architecture, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Absolute path of the folder with the binaries of `@nx-kube/agent`. */
function distribution(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@nx-kube/agent/package.json')), 'dist');
}

function find(directory: string, platform: string, name: string): string {
  const path = join(directory, platform, name);
  if (existsSync(path)) return path;
  throw new NxKubeError(
    'configuration',
    `The package @nx-kube/agent has no ${name} for ${platform}: ${path} is missing.`,
    {
      next: 'Install the package @nx-kube/agent again, or in its own workspace run `nx run agent:build`.',
    },
  );
}

/**
 * Finds the agent for a node's architecture. Returns its absolute path.
 *
 * @throws NxKubeError (configuration) when the package holds no such binary
 */
export function agentBinary(arch: 'amd64' | 'arm64', directory = distribution()): string {
  return find(directory, `linux-${arch}`, 'nx-kube-agent');
}

/**
 * Finds the packer for this machine. Returns its absolute path.
 *
 * @throws NxKubeError (configuration) when the package holds no such binary
 */
export function packBinary(
  directory = distribution(),
  { platform, arch }: { platform: NodeJS.Platform; arch: NodeJS.Architecture } = process,
): string {
  const goos = operatingSystems[platform] ?? platform;
  const goarch = architectures[arch] ?? arch;
  return find(directory, `${goos}-${goarch}`, goos === 'windows' ? 'nx-kube-pack.exe' : 'nx-kube-pack');
}
