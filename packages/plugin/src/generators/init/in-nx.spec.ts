import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../../workspace.fixture.js';

let workspace: TestWorkspace | undefined;
afterEach(() => workspace?.dispose());

describe('the generator init', () => {
  it('the real Nx runs init in a repository with only nx.json', { timeout: 120_000 }, async () => {
    workspace = testWorkspace({
      'nx.json': '{ "analytics": false }',
      'go.mod': 'module example.com/ocm\n\ngo 1.24\n',
      'main.go': 'package main\n\nfunc main() {}\n',
      'config/default/kustomization.yaml': 'resources: []\n',
    });
    await workspace.nx('generate', '@nx-kube/plugin:init');
    expect(JSON.parse(readFileSync(join(workspace.root, 'nx.json'), 'utf8'))).toMatchObject({
      plugins: ['@nx-kube/plugin'],
    });
    expect(JSON.parse(await workspace.nx('show', 'target', 'ocm:dev', '--json'))).toMatchObject({ continuous: true });
  });
});
