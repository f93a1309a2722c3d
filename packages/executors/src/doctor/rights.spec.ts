import { describe, expect, it } from 'vitest';
import { rightsFor, type RightsTarget } from './rights.js';

const nothingElse: RightsTarget = {
  ...{ namespace: 'ocm-system', setNamespace: 'default' },
  types: [{ group: 'apps', resource: 'deployments', namespace: 'ocm-system' }],
  ...{ secrets: [], reconcilers: [], installsFlux: false },
};

/** `verb resource.group in namespace` of the rights for a purpose. */
function rights(purpose: string, more: Partial<RightsTarget> = {}): string[] {
  return (rightsFor({ ...nothingElse, ...more })[purpose] ?? []).map(
    ({ verb, resource, group, namespace }) =>
      `${verb} ${resource}${group && `.${group}`}${namespace ? ` in ${namespace}` : ''}`,
  );
}

describe('rights', () => {
  it('are those that bring every kind about, and follow it', () => {
    for (const verb of ['get', 'list', 'watch', 'create', 'patch', 'delete']) {
      expect(rights('apply')).toContain(`${verb} deployments.apps in ocm-system`);
    }
  });

  it('are those to see a rollout, its events and who leads', () => {
    for (const what of ['pods', 'events', 'replicasets.apps', 'leases.coordination.k8s.io']) {
      expect(rights('observe')).toContain(`watch ${what} in ocm-system`);
    }
  });

  it('are none for what the project does not do', () => {
    expect(Object.keys(rightsFor(nothingElse))).toEqual(['apply', 'observe', 'exec', 'port-forward', 'logs']);
  });

  it('are those to make Secrets, in the namespaces of all targets, each once', () => {
    const secrets = [
      { namespaces: ['a', undefined, 'a'], createNamespaces: false },
      { namespaces: ['b'], createNamespaces: false },
    ];
    const creations = (all: string[]) => all.filter((right) => right.startsWith('create'));
    expect(creations(rights('make Secrets', { secrets }))).toEqual([
      'create secrets in a',
      'create secrets in default',
      'create secrets in b',
    ]);
    const making = [{ namespaces: ['a'], createNamespaces: true }];
    expect(creations(rights('make Secrets', { secrets: making }))).toEqual([
      'create secrets in a',
      'create namespaces',
    ]);
  });

  it('are those to take a workload over from Flux, in all namespaces, where there is Flux', () => {
    const reconcilers = [{ group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' }];
    expect(rights('suspend and resume Flux', { reconcilers })).toEqual([
      'get kustomizations.kustomize.toolkit.fluxcd.io',
      'list kustomizations.kustomize.toolkit.fluxcd.io',
      'patch kustomizations.kustomize.toolkit.fluxcd.io',
    ]);
  });

  it('are all, for who installs Flux', () => {
    expect(rights('install Flux', { installsFlux: true })).toEqual(['* *.*']);
  });
});
