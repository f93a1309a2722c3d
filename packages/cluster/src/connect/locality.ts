import { BlockList, isIP, isIPv4 } from 'node:net';

/** Facts that decide whether a kubeconfig context is a cluster on this machine. */
export interface ContextFacts {
  /** Name of the context. Never sufficient alone: a remote cluster's context may be called `kind-x`. */
  context: string;
  /** URL of the API server. */
  server: string;
  /** kubeconfig's `tls-server-name`. */
  tlsServerName?: string;
  /** kubeconfig's `insecure-skip-tls-verify`. */
  skipTlsVerify?: boolean;
  /** Network interfaces of the machine, as `os.networkInterfaces()` returns them. */
  interfaces: Readonly<Record<string, readonly { address: string; cidr: string | null }[] | undefined>>;
}

export interface Locality {
  local: boolean;
  /** Reason, as the end of a sentence "… because …". */
  reason: string;
}

/** Context names that tools for local clusters use. */
const localTools =
  /^(?:kind-.+|k3d-.+|minikube|docker-desktop|docker-for-desktop|rancher-desktop|colima(?:-.+)?|orbstack|microk8s|nx-kube-local(?:-.+)?)$/;

/** Host names that mean this machine, or a virtual machine on it, wherever they resolve. */
const localHostNames =
  /^(?:localhost|.+\.localhost|(?:kubernetes|host)\.docker\.internal|host\.(?:k3d|minikube|rancher-desktop|lima|containers)\.internal|control-plane\.minikube\.internal|(?:.+\.)?orb\.local)$/;

/** Interfaces with only containers and virtual machines of this machine behind them. */
const bridges =
  /^(?:br-|docker|podman|cni|kind|virbr|vboxnet|vmnet|bridge\d|vEthernet|lxdbr|mpqemubr|lima|col\d|k3d|nx-kube)/;

/**
 * Decides whether a context is a cluster on this machine. The server's address decides; the name of the context only
 * settles cases in doubt. Pure.
 *
 * - An address of this machine is local, unless the connection shows signs of a tunnel: a TLS server name other than
 *   the address, or no verification of the server. (Certificates of local clusters name the loopback address; those of
 *   tunnelled clusters do not.) With such a sign the context must bear a local tool's name.
 * - An address in the subnet of a container or virtual machine bridge is local if the context bears a local tool's
 *   name.
 * - A host name of a container (`x-control-plane`) is local if the context belongs to the same tool (`kind-x`).
 * - Everything else is not local.
 *
 * A tunnel without such a sign looks like a local cluster: `ssh -L 6443:…` to a server whose certificate names the
 * loopback address, as those of k3s do. It counts as local on purpose: a stricter rule would refuse local clusters with
 * custom names.
 */
export function localityOf(facts: ContextFacts): Locality {
  let url: URL;
  try {
    url = new URL(facts.server);
  } catch {
    return { local: false, reason: `its server ${JSON.stringify(facts.server)} is not a URL` };
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const named = localTools.test(facts.context);

  if (isThisMachine(host, facts.interfaces)) {
    const sign = signOfTunnel(url, facts);
    if (!sign) return { local: true, reason: `its server ${host} is this machine` };
    return named
      ? { local: true, reason: `its server ${host} is this machine and its name is a local tool's` }
      : { local: false, reason: `its server ${host} is this machine but ${sign}, as with a tunnel to another one` };
  }
  if (isIP(host)) {
    if (!isOnBridge(host, facts.interfaces))
      return { local: false, reason: `its server ${host} is not on this machine` };
    return named
      ? { local: true, reason: `its server ${host} is on a bridge of this machine` }
      : { local: false, reason: `its server ${host} is on a bridge but its name is not a local tool's` };
  }
  if (isNodeContainerOf(facts.context, host)) {
    return { local: true, reason: `its server ${host} is the container of its own node` };
  }
  return { local: false, reason: `its server ${host} is not on this machine` };
}

function signOfTunnel(url: URL, { tlsServerName, skipTlsVerify }: ContextFacts): string | undefined {
  if (tlsServerName && !isLoopback(tlsServerName.toLowerCase()) && !localHostNames.test(tlsServerName.toLowerCase())) {
    return `it is asked to prove to be ${tlsServerName}`;
  }
  if (url.protocol === 'http:') return 'it is reached without TLS';
  return skipTlsVerify ? 'its certificate is not verified' : undefined;
}

function isThisMachine(host: string, interfaces: ContextFacts['interfaces']): boolean {
  if (isLoopback(host) || localHostNames.test(host)) return true;
  return Object.values(interfaces).some((addresses) => addresses?.some(({ address }) => address === host));
}

/** `0.0.0.0` and `::` connect to this machine, too; k3d writes them. */
function isLoopback(host: string): boolean {
  if (host === '0.0.0.0' || host === '::' || host === '::1' || host === 'localhost') return true;
  return isIPv4(host) && host.startsWith('127.');
}

function isOnBridge(ip: string, interfaces: ContextFacts['interfaces']): boolean {
  return Object.entries(interfaces).some(
    ([name, addresses]) =>
      bridges.test(name) && addresses?.some(({ cidr }) => cidr != null && subnetContains(cidr, ip)),
  );
}

function subnetContains(cidr: string, ip: string): boolean {
  const [network = '', prefix = ''] = cidr.split('/');
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(prefix), family);
  return subnet.check(ip, isIPv4(ip) ? 'ipv4' : 'ipv6');
}

/** kind and k3d also write kubeconfigs for use inside their network; the server is then a container's name. */
function isNodeContainerOf(context: string, host: string): boolean {
  const [, tool, cluster] = /^(kind|k3d)-(.+)$/.exec(context) ?? [];
  if (tool === 'kind') return host === `${cluster}-control-plane` || host === `${cluster}-external-load-balancer`;
  if (tool === 'k3d')
    return host === `k3d-${cluster}-serverlb` || /^-server-\d+$/.test(host.replace(`k3d-${cluster}`, ''));
  return false;
}
