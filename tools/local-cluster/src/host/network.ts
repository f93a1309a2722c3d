import { NxKubeError } from '@nx-kube/cluster/errors.js';
import { BRIDGE, BRIDGE_ADDRESS, BRIDGE_HARDWARE_ADDRESS, POD_CIDR, SERVICE_CIDR } from '../config/network-plan.js';
import { runProgram } from '../processes/run-program.js';
import { hasForeignNode, installScript, removalScript } from './packet-rules.js';

/** Creates or repairs the bridge and the packet rules. */
export async function ensureNetwork(signal: AbortSignal): Promise<void> {
  const saved = await runProgram('iptables-save', [], { signal });
  if (hasForeignNode(saved)) {
    throw new NxKubeError('cluster', 'Another Kubernetes node has its packet rules on this machine.', {
      next: 'Use that cluster, or stop it and remove its rules (chains named KUBE-…), then try again.',
    });
  }
  if (!(await bridgeExists(signal))) {
    await requireFreeAddresses(signal);
    await runProgram('ip', ['link', 'add', 'name', BRIDGE, 'address', BRIDGE_HARDWARE_ADDRESS, 'type', 'bridge'], {
      signal,
    });
  }
  const prefix = POD_CIDR.split('/')[1];
  await runProgram('ip', ['address', 'replace', `${BRIDGE_ADDRESS}/${prefix}`, 'dev', BRIDGE], { signal });
  await runProgram('ip', ['link', 'set', BRIDGE, 'up'], { signal });
  // Services have no interface: a machine without a default route needs this route to reach them.
  await runProgram('ip', ['route', 'replace', SERVICE_CIDR, 'dev', BRIDGE], { signal });
  await runProgram('iptables-restore', ['--noflush'], { signal, input: installScript(saved) });
}

/** Removes the bridge, the pods' interfaces on it, and all packet rules of the cluster. */
export async function removeNetwork(signal: AbortSignal): Promise<void> {
  if (await bridgeExists(signal)) {
    const ports = JSON.parse(await runProgram('ip', ['-j', 'link', 'show', 'master', BRIDGE], { signal })) as Link[];
    for (const { ifname } of ports) {
      // The interface may have gone with its pod's network namespace.
      await runProgram('ip', ['link', 'delete', ifname], { signal }).catch(() => signal.throwIfAborted());
    }
    await runProgram('ip', ['link', 'delete', BRIDGE], { signal });
  }
  for (const [save, restore] of [
    ['iptables-save', 'iptables-restore'],
    ['ip6tables-save', 'ip6tables-restore'],
  ] as const) {
    const script = removalScript(await runProgram(save, [], { signal }));
    if (script) await runProgram(restore, ['--noflush'], { signal, input: script });
  }
}

interface Link {
  ifname: string;
}

async function bridgeExists(signal: AbortSignal): Promise<boolean> {
  const links = JSON.parse(await runProgram('ip', ['-j', 'link', 'show', 'type', 'bridge'], { signal })) as Link[];
  return links.some(({ ifname }) => ifname === BRIDGE);
}

async function requireFreeAddresses(signal: AbortSignal): Promise<void> {
  for (const cidr of [POD_CIDR, SERVICE_CIDR]) {
    const routes = await runProgram('ip', ['route', 'show', 'root', cidr], { signal });
    if (routes.trim()) {
      throw new NxKubeError(
        'cluster',
        `The cluster's addresses ${cidr} are in use on this machine: ${routes.trim().split('\n')[0]}.`,
        {
          next: 'Remove that route or interface, or use any other cluster.',
        },
      );
    }
  }
}
