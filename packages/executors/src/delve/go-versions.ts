import { NxKubeError } from '@nx-kube/cluster';

/** Range of Go versions (such as `1.25`) whose programs a Delve can debug. */
export interface GoVersions {
  min: string;
  max: string;
}

/**
 * Reads the range from Delve's `pkg/goversion/compat.go`. Returns undefined when the source does not state it. Pure.
 */
export function supportedByDelve(source: string): GoVersions | undefined {
  const number = (name: string) => new RegExp(`\\b${name}\\s*=\\s*(\\d+)`).exec(source)?.[1];
  const version = (end: 'Min' | 'Max') => {
    const major = number(`${end}SupportedVersionOfGoMajor`);
    const minor = number(`${end}SupportedVersionOfGoMinor`);
    return major && minor && `${major}.${minor}`;
  };
  const [min, max] = [version('Min'), version('Max')];
  return min && max ? { min, max } : undefined;
}

/**
 * Checks that Delve supports a Go version. Delve refuses programs of other versions or shows them wrongly, and the user
 * would notice only in the pod.
 *
 * @param goVersion as `go env GOVERSION` prints it, such as `go1.26.8`
 * @throws NxKubeError (configuration) when this Delve does not support this Go version
 */
export function requireGoVersion(delve: string, { min, max }: GoVersions, goVersion: string): void {
  const [, major, minor] = /^(?:devel )?go(\d+)\.(\d+)/.exec(goVersion) ?? [];
  // A custom build of Go may have no version number; then nothing can be checked.
  if (!major || !minor) return;
  const order = (version: string) => {
    const [majorOf, minorOf] = version.split('.').map(Number);
    return majorOf! * 1000 + minorOf!;
  };
  const found = order(`${major}.${minor}`);
  if (found >= order(min) && found <= order(max)) return;
  const [age, next] =
    found > order(max)
      ? ['is too old for', 'Set "version" of the target delve-build to a newer one']
      : ['is too new for', 'Use a newer Go, or set "version" of the target delve-build to an older one'];
  throw new NxKubeError(
    'configuration',
    `Delve ${delve} ${age} ${goVersion}: it can debug programs of Go ${min} to ${max}.`,
    { next: `${next}; https://github.com/go-delve/delve/releases lists the Go versions of each.` },
  );
}
