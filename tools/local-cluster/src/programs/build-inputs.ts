import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { runProgram } from '../processes/run-program.js';

/** The Go module of the components. */
export const MODULE = fileURLToPath(new URL('../../kube/', import.meta.url));

/** The built programs: file name to Go package. */
export const PROGRAMS = { 'nx-kube-local': '.', pause: './pause' } as const;

/** Fixed environment of the build: the user's own flags and work space do not affect it. */
export const BUILD_ENVIRONMENT = { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off', GOOS: 'linux' };

/** Returns the flags of `go build`. `version`: the Kubernetes version, such as `v1.34.4`. */
export function buildFlags(version: string): string[] {
  const [major, minor] = version.slice(1).split('.');
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitCommit: '', gitTreeState: 'clean' };
  const linked = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((target) =>
    Object.entries(variables).map(([name, value]) => `-X ${target}.${name}=${value}`),
  );
  return ['-trimpath', '-buildvcs=false', '-mod=readonly', '-ldflags', ['-s -w', ...linked].join(' ')];
}

/** Returns the Kubernetes version that go.mod requires. */
export function kubernetesVersion(goMod: string): string {
  const version = /^\s*(?:require\s+)?k8s\.io\/kubernetes (v\d+\.\d+\.\d+)/m.exec(goMod)?.[1];
  if (!version) throw new NxKubeError('bug', `${MODULE}go.mod requires no release of k8s.io/kubernetes.`);
  return version;
}

/** Returns a digest of all build inputs: sources, modules, flags and the Go release. */
export async function inputsDigest(signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const goMod = readFileSync(join(MODULE, 'go.mod'), 'utf8');
  hash.update(
    JSON.stringify([await goRelease(signal), buildFlags(kubernetesVersion(goMod)), PROGRAMS, BUILD_ENVIRONMENT]),
  );
  for (const file of sourceFiles(MODULE)) {
    hash.update(`\0${relative(MODULE, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

async function goRelease(signal: AbortSignal): Promise<string> {
  try {
    return await runProgram('go', ['env', 'GOVERSION', 'GOARCH'], { signal, cwd: MODULE, env: BUILD_ENVIRONMENT });
  } catch (error) {
    signal.throwIfAborted();
    throw new NxKubeError('configuration', 'The cluster is built from Go modules, but `go` does not run.', {
      next: 'Install Go 1.24 or newer, or use any other cluster.',
      cause: error,
    });
  }
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(\.go|^go\.(mod|sum))$/.test(file) && !file.endsWith('_test.go'))
    .sort()
    .map((file) => join(folder, file));
}
