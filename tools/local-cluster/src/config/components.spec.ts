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

describe('the components', () => {
  it('are all described', () => {
    expect(Object.keys(components)).toEqual([...COMPONENT_NAMES]);
  });

  it.each(COMPONENT_NAMES)('%s listens on loopback or the bridge only', (name) => {
    for (const { host } of components[name].listens) expect(['127.0.0.1', '10.244.0.1']).toContain(host);
  });

  it('share no port', () => {
    const ports = Object.values(components).flatMap(({ listens }) =>
      listens.map(({ host, port }) => `${host}:${port}`),
    );
    expect(new Set(ports).size).toBe(ports.length);
  });

  it.each(COMPONENT_NAMES)('%s keeps to the state folder', (name) => {
    const { args, files } = components[name];
    for (const file of Object.keys(files)) expect(file).toMatch(/^\/state\/config\//);
    for (const path of args.join(' ').match(/(?<==|^| )\/[\w./-]+/g) ?? []) expect(path).toMatch(/^\/state\//);
  });

  it('refer only to certificates that are made', () => {
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

  it('resolve only names of the cluster where the machine has no name server', () => {
    const corefile = (nameServers?: string) =>
      Object.values(componentsFor(layout, { ...machine, nameServers }).coredns.files).join('');
    expect(corefile('/etc/resolv.conf')).toContain('forward . /etc/resolv.conf');
    expect(corefile()).not.toContain('forward');
  });
});

describe('the certificates', () => {
  it('are signed by an authority that is made, and no client of the API server is one of etcd', () => {
    const { authorities, certificates } = certificateRequests(layout.pki);
    for (const { authority } of certificates) expect(authorities).toContain(authority);
    for (const name of Object.keys(CLIENTS)) {
      expect(certificates.find((certificate) => certificate.name === name)?.authority).toBe('ca');
    }
  });

  it("are embedded in the user's kubeconfig", () => {
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
