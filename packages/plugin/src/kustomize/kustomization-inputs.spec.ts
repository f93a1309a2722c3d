import { afterEach, describe, expect, it } from 'vitest';
import { Facts } from '../files/facts.js';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { kustomizationInputs } from './kustomization-inputs.js';

describe('kustomizationInputs', () => {
  let workspace: TestWorkspace | undefined;
  afterEach(() => workspace?.dispose());

  const inputs = (files: Record<string, string>, directory: string) => {
    workspace = testWorkspace(files);
    return kustomizationInputs(new Facts(workspace.root), directory);
  };

  it('bases and components are followed once, in any directory', () =>
    expect(
      inputs(
        {
          'a/config/default/kustomization.yaml':
            'resources: [../crd/, ../../../shared/base, missing.yaml]\ncomponents: [../more]\n',
          'a/config/crd/kustomization.yml': 'resources: [bases/x.yaml]\n',
          'a/config/more/Kustomization': 'resources: [../crd]\n',
          'shared/base/kustomization.yaml':
            'resources: [ns.yaml, ../../a/config/default]\npatches: [{ path: ../patch.yaml }]\n',
          'shared/base/unused.yaml': '',
        },
        'a/config/default',
      ),
    ).toEqual([
      'a/config/crd/bases/x.yaml',
      'a/config/crd/kustomization.yml',
      'a/config/default/kustomization.yaml',
      'a/config/default/missing.yaml',
      'a/config/more/Kustomization',
      'shared/base/kustomization.yaml',
      'shared/base/ns.yaml',
      'shared/patch.yaml',
    ]));

  it('files outside of the workspace are left out, and directories without a kustomization are named', () =>
    expect(
      inputs({ 'k/kustomization.yaml': 'resources: [../../out, /etc/hosts, ../empty, .]\n', 'empty/x.yaml': '' }, 'k'),
    ).toEqual(['empty', 'k/kustomization.yaml']));

  it('a kustomization that is not YAML is its only input', () =>
    expect(inputs({ 'k/kustomization.yaml': 'resources: [' }, 'k')).toEqual(['k/kustomization.yaml']));
});
