import { NxKubeError } from '@nx-kube/cluster';

/** The versions of Go, as `1.25`, whose programs a Delve can debug. */
export interface GoVersions {
  min: string;
  max: string;
}

/** What a Delve knows, read from its own source (`pkg/goversion/compat.go`); undefined where it does not say. Pure. */
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
 * Delve refuses programs of a Go that it does not know, or shows them wrongly. That would only be seen in the pod.
 *
 * @param goVersion as `go env GOVERSION` says it: `go1.26.8`
 * @throws NxKubeError (configuration) where this Delve cannot debug what this Go makes
 */
export function requireGoVersion(delve: string, { min, max }: GoVersions, goVersion: string): void {
  const [, major, minor] = /^(?:devel )?go(\d+)\.(\d+)/.exec(goVersion) ?? [];
  // A Go of someone's own making: nobody can tell.
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
    `Delve ${delve} ${age} ${goVersion}: it can debug programs of Go ${min} to ${max}`,
    { next: `${next}; https://github.com/go-delve/delve/releases says which Go each knows.` },
  );
}
