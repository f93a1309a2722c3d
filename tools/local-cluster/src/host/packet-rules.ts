import { BRIDGE, BRIDGE_ADDRESS, POD_CIDR, SERVICE_CIDR } from '../config/network-plan.js';

/** Name prefixes of all our chains: our own, and those of kubelet and kube-proxy. */
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
    // Before any address translation: the machine forwards packets now, but outside traffic must not reach pods or
    // services.
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
    // For machines where a firewall or a container engine drops forwarded packets by default.
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

/**
 * Returns the input for `iptables-restore --noflush` that installs our rules. `saved`: the output of `iptables-save`.
 */
export function installScript(saved: string): string {
  const present = new Set(saved.split('\n'));
  return TABLES.flatMap(({ name, chain, from, rules }) => [
    `*${name}`,
    // This line creates the chain, or empties an existing one.
    `:${chain} - [0:0]`,
    ...rules.map((rule) => `-A ${chain} ${rule}`),
    ...(present.has(`-A ${from} -j ${chain}`) ? [] : [`-I ${from} 1 -j ${chain}`]),
    'COMMIT',
    '',
  ]).join('\n');
}

/**
 * Returns the input for `iptables-restore --noflush` that removes all our chains and the rules that jump to them. It is
 * empty if there is nothing to remove. `saved`: the output of `iptables-save`.
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

/** Whether another Kubernetes node has rules on this machine. Two nodes would undo each other's rules. */
export function hasForeignNode(saved: string): boolean {
  return /^:KUBE-(SERVICES|FORWARD) /m.test(saved) && !/^:NX-KUBE-/m.test(saved);
}
