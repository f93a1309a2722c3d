import { describe, expect, it } from 'vitest';
import { rightsFor, type RightsTarget } from './rights.js';

const nothingElse: RightsTarget = {
  ...{ namespace: 'ocm-system', setNamespace: 'default' },
  types: [{ group: 'apps', resource: 'deployments', namespace: 'ocm-system' }],
  ...{ secrets: [], reconcilers: [], installsFlux: false },
};

/** Returns the rights for a purpose as `verb resource.group in namespace`. */
function rights(purpose: string, more: Partial<RightsTarget> = {}): string[] {
  return (rightsFor({ ...nothingElse, ...more })[purpose] ?? []).map(
    ({ verb, resource, group, namespace }) =>
      `${verb} ${resource}${group && `.${group}`}${namespace ? ` in ${namespace}` : ''}`,
  );
}

describe('rightsFor', () => {
  it('the rights to apply cover every verb on every applied kind', () => {
    for (const verb of ['get', 'list', 'watch', 'create', 'patch', 'delete']) {
      expect(rights('apply')).toContain(`${verb} deployments.apps in ocm-system`);
    }
  });

  it('the rights to observe cover the pods, events and leases of a rollout', () => {
    for (const what of ['pods', 'events', 'replicasets.apps', 'leases.coordination.k8s.io']) {
      expect(rights('observe')).toContain(`watch ${what} in ocm-system`);
    }
  });

  it('rights that the project does not use are not checked', () => {
    expect(Object.keys(rightsFor(nothingElse))).toEqual(['apply', 'observe', 'exec', 'port-forward', 'logs']);
  });

  it('the rights to make Secrets cover the namespaces of all targets, each once', () => {
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

  it('the rights to suspend and resume Flux cover all namespaces in a cluster with Flux', () => {
    const reconcilers = [{ group: 'kustomize.toolkit.fluxcd.io', resource: 'kustomizations' }];
    expect(rights('suspend and resume Flux', { reconcilers })).toEqual([
      'get kustomizations.kustomize.toolkit.fluxcd.io',
      'list kustomizations.kustomize.toolkit.fluxcd.io',
      'patch kustomizations.kustomize.toolkit.fluxcd.io',
    ]);
  });

  it('a project that installs Flux needs all rights', () => {
    expect(rights('install Flux', { installsFlux: true })).toEqual(['* *.*']);
  });
});
