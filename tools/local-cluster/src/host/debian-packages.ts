import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { APT_ENVIRONMENT, installPackages } from '../../../run/src/apt-get.mjs';
import type { Progress } from '../config/progress.js';
import { PATH, runProgram } from '../processes/run-program.js';
import { restoreServiceStarts, withoutServiceStarts } from '../processes/service-starts.js';

/** The programs that the cluster needs, and the Debian packages that provide them. */
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

/** Services that the packages would start at every boot. The cluster runs them itself, with its own configuration. */
const SERVICES = ['containerd', 'docker-registry'];

/** Returns the missing packages in alphabetical order. */
export function missingPackages(exists: (path: string) => boolean = isExecutable, path = PATH): string[] {
  const folders = path.split(':');
  const missing = Object.entries(PROGRAM_PACKAGES)
    .filter(([program]) => !folders.some((folder) => exists(join(folder, program))))
    .map(([, name]) => name);
  if (!networkPluginFolder(exists)) missing.push(NETWORK_PLUGIN_PACKAGE);
  return [...new Set(missing)].sort();
}

/** Returns the folder that holds all needed container network plugins. */
export function networkPluginFolder(exists: (path: string) => boolean = isExecutable): string | undefined {
  return NETWORK_PLUGIN_FOLDERS.find((folder) => NETWORK_PLUGINS.every((plugin) => exists(join(folder, plugin))));
}

export interface System {
  isRoot: boolean;
  isLinux: boolean;
  hasApt: boolean;
}

/** Returns why the cluster cannot run on this system with these packages missing, or undefined if it can. */
export function refusal(system: System, missing: string[]): NxKubeError | undefined {
  const other = 'use any other cluster: point KUBECONFIG at it';
  if (!system.isLinux) {
    return new NxKubeError('configuration', 'The embedded cluster runs on Linux only.', { next: `Instead, ${other}.` });
  }
  if (!system.isRoot) {
    return new NxKubeError('configuration', 'The embedded cluster needs root, because it runs a container runtime.', {
      next: `Run it as root, or ${other}.`,
    });
  }
  if (missing.length > 0 && !system.hasApt) {
    return new NxKubeError('configuration', `The embedded cluster needs missing programs: ${missing.join(', ')}.`, {
      next: `Install them (Debian's package names), or ${other}.`,
    });
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
  // Always: a run that was killed during an install may have disabled service starts.
  restoreServiceStarts();
  if (missing.length === 0) return;
  progress(`Installing Debian packages: ${missing.join(', ')}.`);
  const run = (program: string, args: string[]) => runProgram(program, args, { signal, env: APT_ENVIRONMENT });
  await withoutServiceStarts(() => installPackages(missing, run, (pause) => delay(pause, undefined, { signal })));
  if (existsSync('/run/systemd/system')) {
    const installed = SERVICES.filter((service) => missing.includes(service));
    if (installed.length > 0) await runProgram('systemctl', ['disable', ...installed], { signal });
  }
  const still = missingPackages();
  if (still.length > 0) {
    throw new NxKubeError('cluster', `Packages are still missing after the installation: ${still.join(', ')}.`, {
      next: 'Install them by hand, or use any other cluster.',
    });
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
