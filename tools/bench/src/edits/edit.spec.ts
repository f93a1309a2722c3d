import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editOf, findEditedFiles, replacedModules, save, type EditedFiles } from './edit.js';
import { kindNames } from './kinds.js';
import { Workspace } from '@nx-kube/testing/e2e/workspace.js';

describe.each(['ocm-controller', 'greeter-controller'])('edits of %s', (project) => {
  let workspace: Workspace;
  let files: EditedFiles;
  beforeAll(() => {
    workspace = new Workspace([project]);
    files = findEditedFiles(workspace, project);
  });
  afterAll(() => workspace.remove());

  it('an edit of each kind changes its file, twice in a row', () => {
    for (const [number, kind] of [...kindNames, ...kindNames].entries()) {
      const edit = editOf(kind, number, files);
      const before = kind === 'type' ? undefined : kind === 'manifest' ? '' : workspace.read(edit.path);
      save(workspace, edit);
      expect(workspace.read(edit.path), kind).not.toBe(before);
    }
  });
  it('an edit of kind shared is outside of the project', () =>
    expect(editOf('shared', 1, files).path).toMatch(/^shared\/.*\.go$/));
});

describe('edits', () => {
  it('a kind without a file is refused with its name', () =>
    expect(() => editOf('shared', 1, { project: 'p', reconciler: 'p/r.go', package: 'p' })).toThrow(
      'p has no file for edits of kind "shared"',
    ));

  it('replacedModules finds paths on one line and in a block', () =>
    expect(
      replacedModules(
        'replace a.com/x => ../shared\nreplace (\n\tb.com/y v1.0.0 => ./y\n\tc.com/z => d.com/z v1.2.3\n)\n',
      ),
    ).toEqual(['../shared', './y']));
});
