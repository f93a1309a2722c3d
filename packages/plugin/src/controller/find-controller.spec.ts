import { afterEach, describe, expect, it } from 'vitest';
import { Facts } from '../files/facts.js';
import type { MainKind } from '../go/main-function.js';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { findController, type WantedLayout } from './find-controller.js';

let workspace: TestWorkspace | undefined;
afterEach(() => workspace?.dispose());

const deployment = (name: string, image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    spec:
      containers: [{ name: main, image: '${image}' }]
`;
const kustomization = 'resources: [workload.yaml]\n';
/** A kustomization with a workload. */
const manifests = (directory: string, image = 'controller:latest') => ({
  [`${directory}/kustomization.yaml`]: kustomization,
  [`${directory}/workload.yaml`]: deployment('app', image),
});

function find(files: Record<string, string>, packages: Record<string, MainKind>, wanted?: WantedLayout) {
  workspace = testWorkspace(files);
  return findController(new Facts(workspace.root), '.', new Map(Object.entries(packages)), wanted);
}

describe('findController', () => {
  it.each([
    ['config/default'],
    ['config'],
    ['config/manager'],
    ['manifests'],
    ['deploy'],
    ['deploy/kustomize'],
    ['kustomize'],
    ['deploy/overlays/dev'],
    ['config/overlays/local'],
  ])('the manifests in %s are found', (directory) =>
    expect(find(manifests(directory), { 'cmd/manager': 'manager' })).toEqual({
      main: './cmd/manager',
      kustomization: directory,
    }),
  );

  it('config/default comes before all others, also without a workload in its files', () =>
    expect(
      find({ 'config/default/kustomization.yaml': 'resources: []\n', ...manifests('deploy') }, { '.': 'manager' }),
    ).toEqual({ main: '.', kustomization: 'config/default' }));

  it('none of several overlays is chosen, but the one of the options', () => {
    const files = { ...manifests('deploy/overlays/dev'), ...manifests('deploy/overlays/prod') };
    expect(find(files, { '.': 'manager' })).toBeUndefined();
    workspace?.dispose();
    expect(find(files, { '.': 'manager' }, { kustomization: 'deploy/overlays/prod' })).toEqual({
      main: '.',
      kustomization: 'deploy/overlays/prod',
    });
  });

  it('a kustomization without a workload is none of a controller', () =>
    expect(find({ 'deploy/kustomization.yaml': 'resources: []\n' }, { '.': 'manager' })).toBeUndefined());

  it.each([
    ['Dockerfile', undefined],
    ['build/Dockerfile', 'build/Dockerfile'],
  ])('the program that %s builds is the controller', (file, dockerfile) =>
    expect(
      find(
        { ...manifests('deploy'), [file]: 'FROM golang\nRUN go build -o /m ./cmd/b\n' },
        { 'cmd/a': 'manager', 'cmd/b': 'manager' },
        { dockerfile },
      ),
    ).toMatchObject({ main: './cmd/b' }),
  );

  it('the program that is named as the image is the controller', () =>
    expect(
      find(manifests('deploy', 'localhost:5000/team/fleet:v1'), { 'cmd/agent': 'manager', 'cmd/fleet': 'manager' }),
    ).toMatchObject({ main: './cmd/fleet' }));

  it('the program of the options is the controller, whatever else there is', () =>
    expect(find(manifests('config/default'), { '.': 'manager', 'x/y': 'program' }, { main: './x/y' })).toMatchObject({
      main: './x/y',
    }));

  it('a module without a program is none of a controller, nor one with manifests that are no YAML', () => {
    expect(find(manifests('config/default'), {})).toBeUndefined();
    workspace?.dispose();
    const broken = { ...manifests('deploy'), 'deploy/workload.yaml': 'kind: Deployment\n\t{{' };
    expect(find(broken, { '.': 'manager' })).toBeUndefined();
  });
});
