import { describe, expect, it } from 'vitest';
import { CLIENTS, certificateRequests, userKubeconfig } from './certificates.js';
import { COMPONENT_NAMES } from './component.js';
import { componentsFor } from './components.js';
import { layoutFor } from './layout.js';

const layout = layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: '/state' });
const machine = {
  build: '/build',
  networkPlugins: '/usr/lib/cni',
  snapshotter: 'overlayfs',
  nameServers: '/etc/resolv.conf',
} as const;
const components = componentsFor(layout, machine);

describe('componentsFor', () => {
  it('componentsFor describes every component', () => {
    expect(Object.keys(components)).toEqual([...COMPONENT_NAMES]);
  });

  it.each(COMPONENT_NAMES)('%s listens only on loopback or the bridge', (name) => {
    for (const { host } of components[name].listens) expect(['127.0.0.1', '10.244.0.1']).toContain(host);
  });

  it('no two components share a port', () => {
    const ports = Object.values(components).flatMap(({ listens }) =>
      listens.map(({ host, port }) => `${host}:${port}`),
    );
    expect(new Set(ports).size).toBe(ports.length);
  });

  it.each(COMPONENT_NAMES)('%s uses only paths in the state folder', (name) => {
    const { args, files } = components[name];
    for (const file of Object.keys(files)) expect(file).toMatch(/^\/state\/config\//);
    for (const path of args.join(' ').match(/(?<==|^| )\/[\w./-]+/g) ?? []) expect(path).toMatch(/^\/state\//);
  });

  it('the components refer only to certificates that are requested', () => {
    const { authorities, keyPairs, certificates } = certificateRequests(layout.pki);
    const made = [...authorities, ...keyPairs, ...certificates.map(({ name }) => name)];
    const text = JSON.stringify(components);
    const used = [...text.matchAll(/\/state\/pki\/([\w-]+)\.(?:crt|key|pub)/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(20);
    for (const name of used) expect(made).toContain(name);
    for (const { probe } of Object.values(components)) {
      if (probe.kind === 'http' && probe.client) expect(made).toContain(probe.client);
    }
  });

  it('CoreDNS resolves only cluster names when the machine has no name server', () => {
    const corefile = (nameServers?: string) =>
      Object.values(componentsFor(layout, { ...machine, nameServers }).coredns.files).join('');
    expect(corefile('/etc/resolv.conf')).toContain('forward . /etc/resolv.conf');
    expect(corefile()).not.toContain('forward');
  });
});

describe('certificates', () => {
  it('the certificates are signed by a requested authority, and no client of the API server is a client of etcd', () => {
    const { authorities, certificates } = certificateRequests(layout.pki);
    for (const { authority } of certificates) expect(authorities).toContain(authority);
    for (const name of Object.keys(CLIENTS)) {
      expect(certificates.find((certificate) => certificate.name === name)?.authority).toBe('ca');
    }
  });

  it("the user's kubeconfig embeds its certificates", () => {
    expect(userKubeconfig('ctx', 'authority', 'certificate', 'key')).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'ctx',
      clusters: [
        { name: 'ctx', cluster: { server: 'https://127.0.0.1:26443', 'certificate-authority-data': 'YXV0aG9yaXR5' } },
      ],
      users: [{ name: 'ctx', user: { 'client-certificate-data': 'Y2VydGlmaWNhdGU=', 'client-key-data': 'a2V5' } }],
      contexts: [{ name: 'ctx', context: { cluster: 'ctx', user: 'ctx' } }],
    });
  });
});
