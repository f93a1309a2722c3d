import { BRIDGE, BRIDGE_ADDRESS, POD_CIDR, SERVICE_CIDR } from '../config/network-plan.js';

/** Chains by whose names our rules are known: our own, and those of kubelet and kube-proxy. */
const OURS = /^(NX-KUBE-|KUBE-)/;

interface Table {
  name: string;
  /** Our chain, the built-in chain that jumps to it, and its rules. */
  chain: string;
  from: string;
  rules: string[];
}

const TABLES: Table[] = [
  {
    // Before any address is translated: nothing from outside reaches pods or services, though the machine now forwards.
    name: 'mangle',
    chain: 'NX-KUBE-PREROUTING',
    from: 'PREROUTING',
    rules: ['-i lo -j RETURN', `-i ${BRIDGE} -j RETURN`, `-d ${POD_CIDR} -j DROP`, `-d ${SERVICE_CIDR} -j DROP`],
  },
  {
    name: 'nat',
    chain: 'NX-KUBE-POSTROUTING',
    from: 'POSTROUTING',
    rules: [`-s ${POD_CIDR} ! -d ${POD_CIDR} -j MASQUERADE`],
  },
  {
    // Where a firewall or a container engine drops by default.
    name: 'filter',
    chain: 'NX-KUBE-FORWARD',
    from: 'FORWARD',
    rules: [`-i ${BRIDGE} -j ACCEPT`, `-o ${BRIDGE} -j ACCEPT`],
  },
  {
    name: 'filter',
    chain: 'NX-KUBE-INPUT',
    from: 'INPUT',
    rules: [`-i ${BRIDGE} -d ${BRIDGE_ADDRESS} -j ACCEPT`],
  },
];

/** Input for `iptables-restore --noflush` that puts our rules in place, given what `iptables-save` says. */
export function installScript(saved: string): string {
  const present = new Set(saved.split('\n'));
  return TABLES.flatMap(({ name, chain, from, rules }) => [
    `*${name}`,
    // Makes the chain, or empties the one that is there.
    `:${chain} - [0:0]`,
    ...rules.map((rule) => `-A ${chain} ${rule}`),
    ...(present.has(`-A ${from} -j ${chain}`) ? [] : [`-I ${from} 1 -j ${chain}`]),
    'COMMIT',
    '',
  ]).join('\n');
}

/**
 * Input for `iptables-restore --noflush` that removes every chain of ours and every rule that jumps to one, and leaves all
 * else alone. Empty when there is nothing to remove.
 */
export function removalScript(saved: string): string {
  const tables = new Map<string, { chains: string[]; jumps: string[] }>();
  let table = { chains: [] as string[], jumps: [] as string[] };
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) tables.set(line.slice(1), (table = { chains: [], jumps: [] }));
    const chain = /^:(\S+)/.exec(line)?.[1];
    if (chain && OURS.test(chain)) table.chains.push(chain);
    const rule = /^-A (\S+) .*(?:-j|-g) (\S+)/.exec(line);
    if (rule?.[1] && rule[2] && OURS.test(rule[2]) && !OURS.test(rule[1])) table.jumps.push(line.replace('-A', '-D'));
  }
  return [...tables]
    .filter(([, { chains }]) => chains.length > 0)
    .flatMap(([name, { chains, jumps }]) => [
      `*${name}`,
      ...chains.map((chain) => `:${chain} - [0:0]`),
      ...jumps,
      ...chains.map((chain) => `-X ${chain}`),
      'COMMIT',
      '',
    ])
    .join('\n');
}

/** Whether some other Kubernetes node has its rules on this machine: two would undo each other's. */
export function hasForeignNode(saved: string): boolean {
  return /^:KUBE-(SERVICES|FORWARD) /m.test(saved) && !/^:NX-KUBE-/m.test(saved);
}
