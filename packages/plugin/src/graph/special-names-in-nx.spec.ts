import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';

/** Time-out (ms) of a test. Each runs the real Nx a few times, which takes about a second each. */
const timeout = 120_000;

const root = 'apps/(web)/[id] {a}!/ocm';
const shared = 'libs/st*r?/shared';

describe('folders with characters that are special in globs, in the real Nx', () => {
  let workspace: TestWorkspace;
  const inputs = async (target: string) => {
    const shown = JSON.parse(await workspace.nx('show', 'target', 'inputs', target, '--json')) as { files: string[] };
    return shown.files.filter((file) => !['.gitignore', 'nx.json'].includes(file));
  };
  beforeAll(() => {
    workspace = testWorkspace({
      [`${root}/go.mod`]: `module example.com/ocm\n\ngo 1.24\n\nrequire example.com/shared v0.0.0\n\nreplace example.com/shared => "../../../../${shared}"\n`,
      [`${root}/main.go`]:
        'package main\n\nimport (\n\t_ "embed"\n\t_ "example.com/shared"\n)\n\n//go:embed files\nvar text string\n\nfunc main() {}\n',
      [`${root}/main_test.go`]: 'package main\n',
      [`${root}/files`]: 'embedded',
      [`${root}/config/default/kustomization.yaml`]: 'resources: ["../../../../../../deploy/(base)"]\n',
      'deploy/(base)/kustomization.yaml': 'resources: [ns.yaml]\n',
      'deploy/(base)/ns.yaml': 'kind: Namespace\n',
      [`${shared}/go.mod`]: 'module example.com/shared\n\ngo 1.24\n',
      [`${shared}/shared.go`]: 'package shared\n',
      [`${shared}/shared_test.go`]: 'package shared\n',
      // Folders that a pattern without escapes would match.
      'apps/web/i a/ocm/main.go': 'package main\n',
      'libs/starr12/shared/shared.go': 'package shared\n',
    });
  });
  afterAll(() => workspace.dispose());

  it('the inputs are exactly the files that the tools read', { timeout }, async () => {
    expect(await inputs('ocm:go-build')).toEqual([
      `${root}/files`,
      `${root}/go.mod`,
      `${root}/main.go`,
      `${shared}/go.mod`,
      `${shared}/shared.go`,
    ]);
    expect(await inputs('ocm:kustomize-build')).toEqual([
      `${root}/config/default/kustomization.yaml`,
      'deploy/(base)/kustomization.yaml',
      'deploy/(base)/ns.yaml',
    ]);
    expect(await inputs('shared:go-test')).toEqual([
      `${shared}/go.mod`,
      `${shared}/shared.go`,
      `${shared}/shared_test.go`,
    ]);
  });

  it('the cache restores a binary, and an edit builds again', { timeout: 300_000 }, async () => {
    const built = async () => {
      const printed = await workspace.nx('run', 'ocm:go-build', '--output-style=static');
      return !/^> nx run ocm:go-build.*cache/m.test(printed);
    };
    expect(await built()).toBe(true);
    workspace.remove(`${root}/bin`);
    expect(await built()).toBe(false);
    expect(existsSync(join(workspace.root, root, 'bin/manager'))).toBe(true);
    workspace.write({ [`${shared}/shared.go`]: 'package shared\n\nvar X = 1\n' });
    expect(await built()).toBe(true);
    workspace.write({ [`${root}/files`]: 'edited' });
    expect(await built()).toBe(true);
  });

  it('the outputs relative to the workspace match their folders', { timeout }, async () => {
    const { outputs } = JSON.parse(await workspace.nx('show', 'target', 'ocm:kustomize-build', '--json'));
    expect(outputs).toContain('{workspaceRoot}/dist/apps/?web?/?id? ?a??/ocm/manifests.yaml');
    const image = JSON.parse(await workspace.nx('show', 'target', 'ocm:image-build', '--json'));
    expect(image.inputs).toContainEqual({
      dependentTasksOutputFiles: 'dist/apps/?web?/?id? ?a??/ocm/manifests.yaml',
    });
  });
});
