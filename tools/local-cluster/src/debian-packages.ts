import { accessSync, chmodSync, constants, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NxKubeError } from '../../../packages/cluster/src/errors.js';
import type { Progress } from './progress.js';
import { PATH, runProgram } from './run-program.js';

/** What the cluster needs of the machine, and the Debian packages that have it. */
const PROGRAM_PACKAGES: Record<string, string> = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  'docker-registry': 'docker-registry',
  iptables: 'iptables',
  ip: 'iproute2',
  mount: 'mount',
  buildah: 'buildah',
};
const NETWORK_PLUGIN_PACKAGE = 'containernetworking-plugins';
const NETWORK_PLUGIN_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
const NETWORK_PLUGINS = ['bridge', 'host-local', 'loopback'];

/** Services that the packages would start at every boot; the cluster runs its own, with its own configuration. */
const SERVICES = ['containerd', 'docker-registry'];
const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_ASIDE = '/usr/sbin/policy-rc.d.nx-kube';
const POLICY_CONTENT =
  '#!/bin/sh\n# Temporary, by nx-kube: nothing is started while packages are installed.\nexit 101\n';

/** The packages that are missing here, sorted; none if all is there. */
export function missingPackages(exists: (path: string) => boolean = isExecutable, path = PATH): string[] {
  const folders = path.split(':');
  const missing = Object.entries(PROGRAM_PACKAGES)
    .filter(([program]) => !folders.some((folder) => exists(join(folder, program))))
    .map(([, name]) => name);
  if (!networkPluginFolder(exists)) missing.push(NETWORK_PLUGIN_PACKAGE);
  return [...new Set(missing)].sort();
}

/** The folder that has all the container network plugins that are needed. */
export function networkPluginFolder(exists: (path: string) => boolean = isExecutable): string | undefined {
  return NETWORK_PLUGIN_FOLDERS.find((folder) => NETWORK_PLUGINS.every((plugin) => exists(join(folder, plugin))));
}

export interface System {
  isRoot: boolean;
  isLinux: boolean;
  hasApt: boolean;
}

/** The reason why the cluster cannot run on such a system with these packages missing, or undefined if it can. */
export function refusal(system: System, missing: string[]): NxKubeError | undefined {
  const other = 'use any other cluster: point KUBECONFIG at it';
  if (!system.isLinux) {
    return new NxKubeError('configuration', 'the embedded cluster runs on Linux only', { next: `Instead, ${other}.` });
  }
  if (!system.isRoot) {
    return new NxKubeError('configuration', 'the embedded cluster needs root, for it runs a container runtime', {
      next: `Run it as root, or ${other}.`,
    });
  }
  if (missing.length > 0 && !system.hasApt) {
    return new NxKubeError(
      'configuration',
      `the embedded cluster needs programs that are missing: ${missing.join(', ')}`,
      {
        next: `Install them (these are Debian's names of the packages), or ${other}.`,
      },
    );
  }
  return undefined;
}

export async function ensurePackages(signal: AbortSignal, progress: Progress): Promise<void> {
  const missing = missingPackages();
  const system = {
    isRoot: process.getuid?.() === 0,
    isLinux: process.platform === 'linux',
    hasApt: existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version'),
  };
  const reason = refusal(system, missing);
  if (reason) throw reason;
  if (missing.length === 0) return;
  progress(`installing Debian packages: ${missing.join(', ')}`);
  await withoutServiceStarts(async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive' };
    await runProgram('apt-get', ['update', '-q'], { signal, env });
    await runProgram('apt-get', ['install', '-q', '-y', '--no-install-recommends', ...missing], { signal, env });
  });
  if (existsSync('/run/systemd/system')) {
    const installed = SERVICES.filter((service) => missing.includes(service));
    if (installed.length > 0) await runProgram('systemctl', ['disable', ...installed], { signal });
  }
  const still = missingPackages();
  if (still.length > 0) {
    throw new NxKubeError('cluster', `installed, and still missing: ${still.join(', ')}`, {
      next: 'Install them by hand, or use any other cluster.',
    });
  }
}

/** Debian asks this program before it starts a service. An administrator's own one is put aside and comes back. */
async function withoutServiceStarts(install: () => Promise<void>): Promise<void> {
  const isOurs = existsSync(POLICY) && readFileSync(POLICY, 'utf8') === POLICY_CONTENT;
  // One of ours is left from an interrupted run, and so may be the one put aside.
  if (existsSync(POLICY) && !isOurs) renameSync(POLICY, POLICY_ASIDE);
  writeFileSync(POLICY, POLICY_CONTENT);
  chmodSync(POLICY, 0o755);
  try {
    await install();
  } finally {
    if (existsSync(POLICY_ASIDE)) renameSync(POLICY_ASIDE, POLICY);
    else rmSync(POLICY, { force: true });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
