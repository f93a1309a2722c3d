import { BRIDGE_ADDRESS, CLUSTER_DOMAIN } from './network-plan.js';

/** Serves the names of the cluster. Forwards all others to the machine's name servers, if it has any. */
export function corefile(kubeconfig: string, nameServers: string | undefined): string {
  return `.:53 {
  bind ${BRIDGE_ADDRESS}
  errors
  kubernetes ${CLUSTER_DOMAIN} in-addr.arpa {
    kubeconfig ${kubeconfig}
    pods insecure
    fallthrough in-addr.arpa
    ttl 5
  }
${nameServers ? `  forward . ${nameServers}\n  cache 5\n` : ''}}
`;
}
