import { readJson, type ProjectConfiguration, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeDebugConfigs } from './generator.js';

const controller = (root: string, debug: object = {}): ProjectConfiguration => ({
  root,
  targets: {
    develop: { executor: '@nx-kube/executors:dev', configurations: { debug: { debug: true } } },
    'go-build': { executor: '@nx-kube/executors:go-build', configurations: { debug } },
  },
});
const library: ProjectConfiguration = { root: 'shared', targets: {} };
const attach = {
  name: 'Debug ocm',
  type: 'go',
  request: 'attach',
  mode: 'remote',
  host: '127.0.0.1',
  port: 30000,
  substitutePath: [{ from: '${workspaceFolder}', to: '${workspaceFolder}' }],
};

describe('writeDebugConfigs', () => {
  let tree: Tree;
  beforeEach(() => {
    tree = createTreeWithEmptyWorkspace();
    tree.write('ocm/go.mod', 'module example.com/ocm\n\ngo 1.26\n');
    tree.write('shared/go.mod', 'module example.com/shared\n');
  });
  const launch = () => readJson(tree, '.vscode/launch.json');

  it('each controller gets a configuration for VS Code and one for GoLand', () => {
    writeDebugConfigs(tree, { ocm: controller('ocm'), greeter: controller('greeter'), shared: library }, {});
    expect(launch()).toEqual({ version: '0.2.0', configurations: [attach, { ...attach, name: 'Debug greeter' }] });
    expect(tree.read('.run/Debug ocm.run.xml', 'utf-8')).toContain(
      'name="Debug ocm" type="GoRemoteDebugConfigurationType" factoryName="Go Remote" host="127.0.0.1" port="30000"',
    );
    expect(tree.exists('.run/Debug greeter.run.xml')).toBe(true);
  });

  it('existing configurations stay, comments are accepted, and a second run changes nothing', () => {
    const own = { name: 'Test', type: 'go', request: 'launch' };
    tree.write(
      '.vscode/launch.json',
      `// mine\n{ "version": "0.2.0", "compounds": [], "configurations": [${JSON.stringify(own)}, { "name": "Debug ocm", "showLog": true },] }`,
    );
    const run = () => writeDebugConfigs(tree, { ocm: controller('ocm') }, {});
    run();
    expect(launch()).toEqual({
      version: '0.2.0',
      compounds: [],
      configurations: [own, { ...attach, showLog: true }],
    });
    const before = tree.read('.vscode/launch.json', 'utf-8');
    run();
    expect(tree.read('.vscode/launch.json', 'utf-8')).toBe(before);
  });

  it('folders are mapped to module paths for a binary with trimpath', () => {
    writeDebugConfigs(tree, { ocm: controller('ocm', { trimpath: true }), shared: library }, {});
    expect(launch().configurations[0].substitutePath).toEqual([
      { from: '${workspaceFolder}/shared', to: 'example.com/shared' },
      { from: '${workspaceFolder}/ocm', to: 'example.com/ocm' },
    ]);
  });

  it('the port comes from the option, else from the dev target', () => {
    const other = controller('ocm');
    other.targets!['develop']!.configurations = { debug: { debug: { port: 40000 } } };
    writeDebugConfigs(tree, { ocm: other }, { editors: ['vscode'] });
    expect(launch().configurations[0].port).toBe(40000);
    writeDebugConfigs(tree, { ocm: other }, { editors: ['vscode'], port: 50000 });
    expect(launch().configurations[0].port).toBe(50000);
    expect(tree.exists('.run')).toBe(false);
  });

  it.each([
    ['shared', '"shared" is not a project with a dev target.'],
    ['none', '"none" is not a project with a dev target.'],
  ])('the project %s is refused', (project, message) =>
    expect(() => writeDebugConfigs(tree, { ocm: controller('ocm'), shared: library }, { project })).toThrow(message),
  );

  it('a broken launch.json is refused', () => {
    tree.write('.vscode/launch.json', '{ "configurations": [');
    expect(() => writeDebugConfigs(tree, { ocm: controller('ocm') }, {})).toThrow(
      '.vscode/launch.json is not valid JSON: ',
    );
  });
});
