import { describe, expect, it } from 'vitest';
import { projectNames, type Nameable } from './project-names.js';

const controller = { main: '.', kustomization: 'config/default' };
const names = (...projects: Partial<Nameable>[]) =>
  projectNames(projects.map((project) => ({ root: 'x', module: 'example.com/x', ...project })));

describe('projectNames', () => {
  it.each([
    ['example.com/team/ocm-controller', 'ocm-controller'],
    ['example.com/team/ocm-controller/v2', 'ocm-controller'],
    ['gopkg.in/yaml.v3', 'yaml'],
    ['shared', 'shared'],
    ['v2', 'v2'],
  ])('the module %s gives the name %s', (module, name) => expect(names({ module })).toEqual([name]));

  it('the name in PROJECT wins over the module, and the name in project.json over both', () => {
    expect(names({ projectName: 'project' })).toEqual(['project']);
    expect(names({ projectName: 'project', configuredName: 'mine' })).toEqual(['mine']);
  });

  it('equal names are replaced by the directories', () =>
    expect(names({ root: 'a/tools', module: 'x/tools' }, { root: 'b/tools', module: 'y/tools' })).toEqual([
      'a-tools',
      'b-tools',
    ]));

  it('the root of the workspace keeps an equal name', () =>
    expect(names({ root: '.', module: 'x/ocm' }, { root: 'b/ocm', module: 'y/ocm', controller })).toEqual([
      'ocm',
      'b-ocm',
    ]));

  it('the only controller keeps an equal name', () => {
    const library = { root: 'libs/ocm', module: 'y/ocm' };
    const first = { root: 'apps/ocm', module: 'x/ocm', controller };
    expect(names(library, first)).toEqual(['libs-ocm', 'ocm']);
    expect(names(library, first, { root: 'old/ocm', module: 'z/ocm', controller })).toEqual([
      'libs-ocm',
      'apps-ocm',
      'old-ocm',
    ]);
  });

  it('the project.json with the name keeps it', () =>
    expect(names({ root: '.', module: 'x/ocm' }, { root: 'b', configuredName: 'ocm' })).toEqual(['ocm-root', 'ocm']));
});
