import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { APT_ENVIRONMENT, installPackages } from '../../../run/src/apt-get.mjs';
import type { Progress } from '../config/progress.js';
import { PATH, runProgram } from '../processes/run-program.js';
import { restoreServiceStarts, withoutServiceStarts } from '../processes/service-starts.js';

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
  // Whatever is missing: a run that was killed while it installed may have left services unable to start.
  restoreServiceStarts();
  if (missing.length === 0) return;
  progress(`installing Debian packages: ${missing.join(', ')}`);
  const run = (program: string, args: string[]) => runProgram(program, args, { signal, env: APT_ENVIRONMENT });
  await withoutServiceStarts(() => installPackages(missing, run, (pause) => delay(pause, undefined, { signal })));
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

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
