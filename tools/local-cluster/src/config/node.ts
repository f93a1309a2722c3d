import { join } from 'node:path';
import { bridge, configFile, json, kubeconfigFile, kubeconfigOf, loopback, programOf } from './component-parts.js';
import type { Component } from './component.js';
import { containerdConfig, containerNetworkConfig, registryHosts } from './containerd.js';
import { corefile } from './coredns.js';
import { kubeProxyConfiguration } from './kube-proxy.js';
import { kubeletConfiguration } from './kubelet.js';
import type { Layout } from './layout.js';
import type { Machine } from './machine.js';
import { BRIDGE_ADDRESS, LOOPBACK, NODE_NAME, PORTS, REGISTRY } from './network-plan.js';
import { registryConfig } from './registry.js';

/** The components of the node: containers, images, kubelet, network and DNS. */
export function nodeServices(layout: Layout, machine: Machine): Component[] {
  return [
    {
      name: 'containerd',
      program: 'containerd',
      args: ['--config', configFile(layout, 'containerd.toml')],
      files: {
        [configFile(layout, 'containerd.toml')]: containerdConfig(layout, machine),
        [join(layout.config, 'cni', '10-nx-kube.conflist')]: json(containerNetworkConfig(layout)),
        [join(layout.config, 'registries', REGISTRY, 'hosts.toml')]: registryHosts(),
      },
      listens: [],
      probe: { kind: 'socket', path: layout.containerdSocket },
    },
    {
      name: 'registry',
      program: 'docker-registry',
      args: ['serve', configFile(layout, 'registry.json')],
      files: { [configFile(layout, 'registry.json')]: json(registryConfig(layout)) },
      listens: [loopback(PORTS.registry)],
      probe: { kind: 'http', url: `http://${LOOPBACK}:${PORTS.registry}/v2/` },
    },
    {
      name: 'kubelet',
      program: programOf(layout, 'kubelet'),
      args: [
        `--config=${configFile(layout, 'kubelet.json')}`,
        `--kubeconfig=${kubeconfigOf(layout, 'kubelet')}`,
        `--root-dir=${join(layout.data, 'kubelet')}`,
        `--cert-dir=${join(layout.data, 'kubelet', 'pki')}`,
        `--hostname-override=${NODE_NAME}`,
        `--node-ip=${BRIDGE_ADDRESS}`,
      ],
      files: {
        ...kubeconfigFile(layout, 'kubelet'),
        [configFile(layout, 'kubelet.json')]: json(kubeletConfiguration(layout, machine)),
      },
      listens: [bridge(PORTS.kubelet), loopback(PORTS.kubeletHealth)],
      probe: { kind: 'http', url: `http://${LOOPBACK}:${PORTS.kubeletHealth}/healthz` },
    },
    {
      name: 'kube-proxy',
      program: programOf(layout, 'kube-proxy'),
      args: [`--config=${configFile(layout, 'kube-proxy.json')}`],
      files: {
        ...kubeconfigFile(layout, 'kube-proxy'),
        [configFile(layout, 'kube-proxy.json')]: json(kubeProxyConfiguration(kubeconfigOf(layout, 'kube-proxy'))),
      },
      listens: [loopback(PORTS.proxyHealth), loopback(PORTS.proxyMetrics)],
      probe: { kind: 'http', url: `http://${LOOPBACK}:${PORTS.proxyHealth}/healthz` },
    },
    {
      name: 'coredns',
      program: programOf(layout, 'coredns'),
      args: ['-conf', configFile(layout, 'Corefile')],
      files: {
        ...kubeconfigFile(layout, 'coredns'),
        [configFile(layout, 'Corefile')]: corefile(kubeconfigOf(layout, 'coredns'), machine.nameServers),
      },
      listens: [bridge(PORTS.dns)],
      probe: { kind: 'tcp', host: BRIDGE_ADDRESS, port: PORTS.dns },
    },
  ];
}
