import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { goFiles } from './go-files.js';

/** A user whose access is checked against permissions, unlike that of root. */
const unprivileged = 65534;

describe('goFiles', () => {
  let workspace: TestWorkspace;
  afterEach(() => workspace.dispose());

  /** Runs `goFiles` as that user. */
  function asUser(root: string) {
    if (process.geteuid!() !== 0) return goFiles(workspace.root, root);
    chmodSync(workspace.root, 0o755);
    process.seteuid!(unprivileged);
    try {
      return goFiles(workspace.root, root);
    } finally {
      process.seteuid!(0);
    }
  }

  it('only the files of the module are listed', () => {
    workspace = testWorkspace({
      'ocm/main.go': '',
      'ocm/main_test.go': '',
      'ocm/api/v1/types.go': '',
      'ocm/only/tests_test.go': '',
      'ocm/tools/go.mod': '',
      'ocm/tools/tool.go': '',
      'ocm/vendor/x/x.go': '',
      'ocm/_old/old.go': '',
    });
    expect(goFiles(workspace.root, 'ocm')).toEqual({
      sources: ['api/v1/types.go', 'main.go'],
      packages: ['.', 'api/v1', 'only'],
    });
  });

  it('an unreadable directory is skipped', () => {
    workspace = testWorkspace({ 'ocm/main.go': '', 'ocm/data/db.go': '' });
    chmodSync(join(workspace.root, 'ocm/data'), 0);
    try {
      expect(asUser('ocm')).toEqual({ sources: ['main.go'], packages: ['.'] });
    } finally {
      chmodSync(join(workspace.root, 'ocm/data'), 0o755);
    }
  });

  it('a missing directory has no files', () => {
    workspace = testWorkspace({});
    expect(goFiles(workspace.root, 'gone')).toEqual({ sources: [], packages: [] });
  });
});
