import { afterEach, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';

let workspace: TestWorkspace | undefined;
afterEach(() => workspace?.dispose());

const workload = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: fleet }\n';
const program = 'package main\n\nfunc main() { println("x") }\n';

describe('layouts of repositories (with the real Nx)', () => {
  it(
    'a controller in a folder of cmd with an overlay is built and rendered where it is',
    { timeout: 120_000 },
    async () => {
      workspace = testWorkspace({
        'go.mod': 'module example.com/fleet\n\ngo 1.24\n',
        'cmd/cli/main.go': program,
        'cmd/fleet/main.go': program,
        Dockerfile: 'FROM golang\nARG MAIN=cmd/fleet/main.go\nRUN go build -o /fleet ${MAIN}\n',
        'deploy/base/kustomization.yaml': 'resources: [fleet.yaml]\n',
        'deploy/base/fleet.yaml': workload,
        'deploy/overlays/dev/kustomization.yaml': 'resources: [../../base]\n',
      });
      const { targets } = JSON.parse(await workspace.nx('show', 'project', 'fleet', '--json'));
      expect(targets['go-build'].options).toMatchObject({ main: './cmd/fleet' });
      expect(targets['kustomize-build'].options).toMatchObject({ path: 'deploy/overlays/dev' });
      expect(targets['kustomize-build'].inputs).toEqual(
        expect.arrayContaining([
          '{projectRoot}/deploy/overlays/dev/**/*',
          '{workspaceRoot}/deploy/base/fleet.yaml',
          '{workspaceRoot}/deploy/base/kustomization.yaml',
        ]),
      );
      expect(await workspace.nx('run', 'fleet:go-build')).toContain('Built bin/manager');
    },
  );
});
