import { join } from 'node:path';
import { componentKubeconfig, type Client } from './certificates.js';
import type { Component, ComponentName } from './component.js';
import { containerdConfig, containerNetworkConfig, registryHosts } from './containerd.js';
import { corefile } from './coredns.js';
import { apiServerArguments, auditPolicy } from './kube-apiserver.js';
import { kubeProxyConfiguration } from './kube-proxy.js';
import { kubeletConfiguration } from './kubelet.js';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import { API_SERVER, BRIDGE_ADDRESS, LOOPBACK, NODE_NAME, PORTS, REGISTRY } from './network-plan.js';
import { registryConfig } from './registry.js';

/** Every component, as data: what to run, with which files, and how to tell that it is ready. */
export function componentsFor(layout: Layout, machine: Machine): Record<ComponentName, Component> {
  const { pki, config, data } = layout;
  const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
  const file = (name: string) => join(config, name);
  const program = (name: ComponentName) => join(layout.bin, name);
  const kubeconfigOf = (client: Client) => file(`${client}.kubeconfig`);
  const kubeconfigFile = (client: Client) => ({ [kubeconfigOf(client)]: json(componentKubeconfig(pki, client)) });
  const authenticated = (client: Client) =>
    ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
      (flag) => `--${flag}=${kubeconfigOf(client)}`,
    );
  const loopback = (port: number) => ({ host: LOOPBACK, port });
  const bridge = (port: number) => ({ host: BRIDGE_ADDRESS, port });
  const controllerServer = (port: number) => [
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${pki}/loopback.crt`,
    `--tls-private-key-file=${pki}/loopback.key`,
    // There is only ever one of each: waiting for a lease would only delay the start.
    '--leader-elect=false',
    '--profiling=false',
  ];

  const components: Component[] = [
    {
      name: 'etcd',
      program: program('etcd'),
      args: [
        `--data-dir=${join(data, 'etcd')}`,
        `--listen-client-urls=https://${LOOPBACK}:${PORTS.etcd}`,
        `--advertise-client-urls=https://${LOOPBACK}:${PORTS.etcd}`,
        `--listen-peer-urls=https://${LOOPBACK}:${PORTS.etcdPeer}`,
        `--initial-advertise-peer-urls=https://${LOOPBACK}:${PORTS.etcdPeer}`,
        `--initial-cluster=default=https://${LOOPBACK}:${PORTS.etcdPeer}`,
        '--client-cert-auth',
        `--trusted-ca-file=${pki}/etcd-ca.crt`,
        `--cert-file=${pki}/etcd.crt`,
        `--key-file=${pki}/etcd.key`,
        '--peer-client-cert-auth',
        `--peer-trusted-ca-file=${pki}/etcd-ca.crt`,
        `--peer-cert-file=${pki}/etcd.crt`,
        `--peer-key-file=${pki}/etcd.key`,
        // A killed process loses nothing by this; only a crash of the machine can, and this cluster is made anew in seconds.
        '--unsafe-no-fsync',
        '--log-level=warn',
      ],
      files: {},
      listens: [loopback(PORTS.etcd), loopback(PORTS.etcdPeer)],
      probe: {
        kind: 'http',
        url: `https://${LOOPBACK}:${PORTS.etcd}/health`,
        client: 'etcd-client',
        authority: 'etcd-ca',
      },
    },
    {
      name: 'kube-apiserver',
      program: program('kube-apiserver'),
      args: apiServerArguments(layout, file('audit-policy.json')),
      files: { [file('audit-policy.json')]: json(auditPolicy()) },
      listens: [loopback(PORTS.apiServer), bridge(PORTS.apiServer)],
      probe: { kind: 'http', url: `${API_SERVER}/readyz`, client: 'admin' },
    },
    {
      name: 'kube-controller-manager',
      program: program('kube-controller-manager'),
      args: [
        ...authenticated('kube-controller-manager'),
        ...controllerServer(PORTS.controllerManager),
        '--use-service-account-credentials',
        `--service-account-private-key-file=${pki}/service-accounts.key`,
        `--root-ca-file=${pki}/ca.crt`,
        `--cluster-signing-cert-file=${pki}/ca.crt`,
        `--cluster-signing-key-file=${pki}/ca.key`,
        // Otherwise it makes a folder in /usr.
        `--flex-volume-plugin-dir=${join(data, 'kubelet', 'volume-plugins')}`,
      ],
      files: kubeconfigFile('kube-controller-manager'),
      listens: [loopback(PORTS.controllerManager)],
      probe: { kind: 'http', url: `https://${LOOPBACK}:${PORTS.controllerManager}/healthz` },
    },
    {
      name: 'kube-scheduler',
      program: program('kube-scheduler'),
      args: [...authenticated('kube-scheduler'), ...controllerServer(PORTS.scheduler)],
      files: kubeconfigFile('kube-scheduler'),
      listens: [loopback(PORTS.scheduler)],
      probe: { kind: 'http', url: `https://${LOOPBACK}:${PORTS.scheduler}/healthz` },
    },
    {
      name: 'containerd',
      program: 'containerd',
      args: ['--config', file('containerd.toml')],
      files: {
        [file('containerd.toml')]: containerdConfig(layout, machine),
        [join(config, 'cni', '10-nx-kube.conflist')]: json(containerNetworkConfig(layout)),
        [join(config, 'registries', REGISTRY, 'hosts.toml')]: registryHosts(),
      },
      listens: [],
      probe: { kind: 'socket', path: layout.containerdSocket },
    },
    {
      name: 'registry',
      program: 'docker-registry',
      args: ['serve', file('registry.json')],
      files: { [file('registry.json')]: json(registryConfig(layout)) },
      listens: [loopback(PORTS.registry)],
      probe: { kind: 'http', url: `http://${LOOPBACK}:${PORTS.registry}/v2/` },
    },
    {
      name: 'kubelet',
      program: program('kubelet'),
      args: [
        `--config=${file('kubelet.json')}`,
        `--kubeconfig=${kubeconfigOf('kubelet')}`,
        `--root-dir=${join(data, 'kubelet')}`,
        `--cert-dir=${join(data, 'kubelet', 'pki')}`,
        `--hostname-override=${NODE_NAME}`,
        `--node-ip=${BRIDGE_ADDRESS}`,
      ],
      files: { ...kubeconfigFile('kubelet'), [file('kubelet.json')]: json(kubeletConfiguration(layout, machine)) },
      listens: [bridge(PORTS.kubelet), loopback(PORTS.kubeletHealth)],
      probe: { kind: 'http', url: `http://${LOOPBACK}:${PORTS.kubeletHealth}/healthz` },
    },
    {
      name: 'kube-proxy',
      program: program('kube-proxy'),
      args: [`--config=${file('kube-proxy.json')}`],
      files: {
        ...kubeconfigFile('kube-proxy'),
        [file('kube-proxy.json')]: json(kubeProxyConfiguration(kubeconfigOf('kube-proxy'))),
      },
      listens: [loopback(PORTS.proxyHealth), loopback(PORTS.proxyMetrics)],
      probe: { kind: 'http', url: `http://${LOOPBACK}:${PORTS.proxyHealth}/healthz` },
    },
    {
      name: 'coredns',
      program: program('coredns'),
      args: ['-conf', file('Corefile')],
      files: {
        ...kubeconfigFile('coredns'),
        [file('Corefile')]: corefile(kubeconfigOf('coredns'), machine.nameServers),
      },
      listens: [bridge(PORTS.dns)],
      probe: { kind: 'tcp', host: BRIDGE_ADDRESS, port: PORTS.dns },
    },
  ];
  return Object.fromEntries(components.map((component) => [component.name, component])) as Record<
    ComponentName,
    Component
  >;
}
