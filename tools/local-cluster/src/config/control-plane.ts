import { join } from 'node:path';
import type { Client } from './certificates.js';
import { bridge, configFile, json, kubeconfigFile, kubeconfigOf, loopback, programOf } from './component-parts.js';
import type { Component } from './component.js';
import { apiServerArguments, auditPolicy } from './kube-apiserver.js';
import type { Layout } from './layout.js';
import { API_SERVER, LOOPBACK, PORTS } from './network-plan.js';

/** The components of the control plane: etcd, API server, controller manager and scheduler. */
export function controlPlane(layout: Layout): Component[] {
  return [
    etcd(layout),
    {
      name: 'kube-apiserver',
      program: programOf(layout, 'kube-apiserver'),
      args: apiServerArguments(layout, configFile(layout, 'audit-policy.json')),
      files: { [configFile(layout, 'audit-policy.json')]: json(auditPolicy()) },
      listens: [loopback(PORTS.apiServer), bridge(PORTS.apiServer)],
      probe: { kind: 'http', url: `${API_SERVER}/readyz`, client: 'admin' },
    },
    {
      name: 'kube-controller-manager',
      program: programOf(layout, 'kube-controller-manager'),
      args: [
        ...authenticated(layout, 'kube-controller-manager'),
        ...controllerServer(layout, PORTS.controllerManager),
        '--use-service-account-credentials',
        `--service-account-private-key-file=${layout.pki}/service-accounts.key`,
        `--root-ca-file=${layout.pki}/ca.crt`,
        `--cluster-signing-cert-file=${layout.pki}/ca.crt`,
        `--cluster-signing-key-file=${layout.pki}/ca.key`,
        // Without this flag it creates a folder in /usr.
        `--flex-volume-plugin-dir=${join(layout.data, 'kubelet', 'volume-plugins')}`,
      ],
      files: kubeconfigFile(layout, 'kube-controller-manager'),
      listens: [loopback(PORTS.controllerManager)],
      probe: { kind: 'http', url: `https://${LOOPBACK}:${PORTS.controllerManager}/healthz` },
    },
    {
      name: 'kube-scheduler',
      program: programOf(layout, 'kube-scheduler'),
      args: [...authenticated(layout, 'kube-scheduler'), ...controllerServer(layout, PORTS.scheduler)],
      files: kubeconfigFile(layout, 'kube-scheduler'),
      listens: [loopback(PORTS.scheduler)],
      probe: { kind: 'http', url: `https://${LOOPBACK}:${PORTS.scheduler}/healthz` },
    },
  ];
}

function etcd(layout: Layout): Component {
  return {
    name: 'etcd',
    program: programOf(layout, 'etcd'),
    args: [
      `--data-dir=${join(layout.data, 'etcd')}`,
      `--listen-client-urls=https://${LOOPBACK}:${PORTS.etcd}`,
      `--advertise-client-urls=https://${LOOPBACK}:${PORTS.etcd}`,
      `--listen-peer-urls=https://${LOOPBACK}:${PORTS.etcdPeer}`,
      `--initial-advertise-peer-urls=https://${LOOPBACK}:${PORTS.etcdPeer}`,
      `--initial-cluster=default=https://${LOOPBACK}:${PORTS.etcdPeer}`,
      '--client-cert-auth',
      `--trusted-ca-file=${layout.pki}/etcd-ca.crt`,
      `--cert-file=${layout.pki}/etcd.crt`,
      `--key-file=${layout.pki}/etcd.key`,
      '--peer-client-cert-auth',
      `--peer-trusted-ca-file=${layout.pki}/etcd-ca.crt`,
      `--peer-cert-file=${layout.pki}/etcd.crt`,
      `--peer-key-file=${layout.pki}/etcd.key`,
      // Killed processes lose nothing without fsync. Only a crash of the machine can, and a new cluster takes seconds.
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
  };
}

function authenticated(layout: Layout, client: Client): string[] {
  return ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
    (flag) => `--${flag}=${kubeconfigOf(layout, client)}`,
  );
}

function controllerServer({ pki }: Layout, port: number): string[] {
  return [
    `--bind-address=${LOOPBACK}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${pki}/loopback.crt`,
    `--tls-private-key-file=${pki}/loopback.key`,
    // The cluster has one replica of each: a lease would only delay its start.
    '--leader-elect=false',
    '--profiling=false',
  ];
}
