import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';

/** Time-out (ms) of a test. Each runs the real Nx a few times, which takes about a second each. */
const timeout = 120_000;

const requiringShared = (module: string) =>
  `module example.com/${module}\n\ngo 1.24\n\nrequire example.com/shared v0.0.0\n\nreplace example.com/shared => ../shared\n`;
const main = 'package main\n\nimport _ "example.com/shared"\n\nfunc main() {}\n';

const files = {
  'ocm/go.mod': requiringShared('ocm'),
  'ocm/main.go': main,
  'ocm/main_test.go': 'package main\n',
  'ocm/README.md': '# ocm\n',
  'ocm/docs/page.md': 'page\n',
  'ocm/testdata/data.go': 'package data\n',
  'ocm/internal/config/config.go': 'package config\n',
  'ocm/assets/assets.go': 'package assets\n\nimport "embed"\n\n//go:embed static *.txt\nvar Files embed.FS\n',
  'ocm/assets/a.txt': 'a',
  'ocm/assets/static/deep/b.css': 'b',
  'ocm/assets/not.embedded': 'c',
  'ocm/config/default/kustomization.yaml': 'resources: [../crd, ../../../deploy/base]\n',
  'ocm/config/crd/kustomization.yaml': 'resources: [crd.yaml]\n',
  'ocm/config/crd/crd.yaml': 'kind: CustomResourceDefinition\n',
  'greeter/go.mod': requiringShared('greeter'),
  'greeter/cmd/main.go': main,
  'greeter/config/default/kustomization.yaml': 'resources: []\n',
  'greeter/PROJECT': 'projectName: greeter-controller\n',
  'shared/go.mod': 'module example.com/shared\n\ngo 1.24\n',
  'shared/shared.go': 'package shared\n\nimport _ "embed"\n\n//go:embed text/hello.txt\nvar Hello string\n',
  'shared/shared_test.go': 'package shared\n',
  'shared/text/hello.txt': 'hello',
  'shared/README.md': '# shared\n',
  'deploy/base/kustomization.yaml': 'resources: [namespace.yaml]\n',
  'deploy/base/namespace.yaml': 'kind: Namespace\n',
  'deploy/base/unused.yaml': 'kind: Namespace\n',
};

/** Files that Nx adds to the inputs of every target. */
const ofNx = ['.gitignore', 'nx.json'];

async function inputs(workspace: TestWorkspace, target: string): Promise<string[]> {
  const shown = JSON.parse(await workspace.nx('show', 'target', 'inputs', target, '--json')) as { files: string[] };
  return shown.files.filter((file) => !ofNx.includes(file));
}

/** The outputs of the tasks that make content, by task. */
async function outputs(workspace: TestWorkspace, ...args: string[]): Promise<Record<string, string[]>> {
  await workspace.nx('run-many', '-t', 'go-build', 'kustomize-build', 'image-build', '--graph=.nx/tasks.json', ...args);
  const { tasks } = JSON.parse(readFileSync(join(workspace.root, '.nx/tasks.json'), 'utf8')).tasks as {
    tasks: Record<string, { outputs: string[] }>;
  };
  return Object.fromEntries(Object.entries(tasks).map(([id, task]) => [id, task.outputs]));
}

describe('a workspace of controllers in the real Nx', () => {
  let workspace: TestWorkspace;
  beforeAll(() => {
    workspace = testWorkspace(files);
    execFileSync('git', ['init', '--quiet'], { cwd: workspace.root });
  });
  afterAll(() => workspace.dispose());

  it('the inputs of go-build are exactly the files that go build reads', { timeout }, async () => {
    const shared = ['shared/go.mod', 'shared/shared.go', 'shared/text/hello.txt'];
    expect(await inputs(workspace, 'ocm:go-build')).toEqual([
      'ocm/assets/a.txt',
      'ocm/assets/assets.go',
      'ocm/assets/static/deep/b.css',
      'ocm/go.mod',
      'ocm/internal/config/config.go',
      'ocm/main.go',
      ...shared,
    ]);
    expect(await inputs(workspace, 'greeter-controller:go-build')).toEqual([
      'greeter/cmd/main.go',
      'greeter/go.mod',
      ...shared,
    ]);
  });

  it(
    'the inputs of kustomize-build are all files that kustomize reads, with bases in other folders',
    { timeout },
    async () => {
      expect(await inputs(workspace, 'ocm:kustomize-build')).toEqual([
        'deploy/base/kustomization.yaml',
        'deploy/base/namespace.yaml',
        'ocm/config/crd/crd.yaml',
        'ocm/config/crd/kustomization.yaml',
        'ocm/config/default/kustomization.yaml',
      ]);
    },
  );

  it('the outputs are the files that the executors write', { timeout }, async () => {
    expect(await outputs(workspace, '-p', 'ocm')).toEqual({
      'ocm:go-build': ['ocm/bin/manager'],
      'ocm:kustomize-build': ['dist/ocm/manifests.yaml'],
      'ocm:image-build': ['dist/ocm/image'],
    });
    const release = await workspace.nx('show', 'target', 'outputs', 'ocm:go-build:release', '--json');
    expect(JSON.parse(release)).toMatchObject({ outputPaths: ['ocm/bin/release/manager'] });
  });

  it('a build after an edit takes all unaffected targets from the cache', { timeout: 300_000 }, async () => {
    /** Builds all projects. Returns those whose go-build ran; the others were cache hits. */
    const built = async (...args: string[]) => {
      const printed = await workspace.nx('run-many', '-t', 'go-build', '--output-style=static', ...args);
      return [...printed.matchAll(/^> nx run (\S+):go-build(?!.*cache)/gm)].map(([, project]) => project).sort();
    };
    const both = ['greeter-controller', 'ocm'];
    expect(await built()).toEqual(both);

    workspace.remove('ocm/bin');
    expect(await built()).toEqual([]);
    expect(existsSync(join(workspace.root, 'ocm/bin/manager'))).toBe(true);

    workspace.write({
      'ocm/main_test.go': 'package main // edited\n',
      'ocm/README.md': 'edited',
      'ocm/docs/page.md': 'edited',
      'ocm/testdata/data.go': 'package data // edited\n',
      'ocm/config/crd/crd.yaml': 'kind: Edited\n',
      'ocm/assets/not.embedded': 'edited',
      'shared/shared_test.go': 'package shared // edited\n',
      'shared/README.md': 'edited',
    });
    expect(await built()).toEqual([]);

    workspace.write({ 'ocm/main.go': `${main}// edited\n` });
    expect(await built()).toEqual(['ocm']);
    workspace.write({ 'shared/shared.go': `${files['shared/shared.go']}// edited\n` });
    expect(await built()).toEqual(both);
    workspace.write({ 'shared/text/hello.txt': 'edited' });
    expect(await built()).toEqual(both);
  });

  it.each([
    ['shared/shared.go', ['greeter-controller', 'ocm', 'shared']],
    ['greeter/cmd/main.go', ['greeter-controller']],
    ['deploy/base/namespace.yaml', ['ocm']],
    ['deploy/base/unused.yaml', []],
  ])('a change of %s affects the projects %j', { timeout }, async (file, projects) => {
    const affected = JSON.parse(await workspace.nx('show', 'projects', '--affected', `--files=${file}`, '--json'));
    expect((affected as string[]).sort()).toEqual(projects);
  });

  it('options of project.json are added to the inferred ones and win over them', { timeout }, async () => {
    workspace.write({
      'greeter/project.json': JSON.stringify({
        name: 'hello',
        targets: {
          'go-build': { options: { tags: ['x'], output: 'out/hello' } },
          'kustomize-build': { options: { output: 'dist/hello.yaml' } },
          'image-build': { options: { output: '{workspaceRoot}/dist/{projectName}-image' } },
          dev: { options: { once: true } },
        },
      }),
      'greeter/Dockerfile': 'FROM scratch\n',
    });
    const { targets } = JSON.parse(await workspace.nx('show', 'project', 'hello', '--json'));
    expect(targets['go-build']).toMatchObject({
      executor: '@nx-kube/executors:go-build',
      options: { main: './cmd', output: 'out/hello', tags: ['x'] },
    });
    expect(targets['dev']).toMatchObject({ continuous: true, options: { goBuild: 'go-build', once: true } });
    const made = await outputs(workspace, '-p', 'hello');
    expect(made['hello:go-build']).toEqual(['greeter/out/hello']);
    expect(made['hello:kustomize-build']).toEqual(['dist/hello.yaml']);
    expect(made['hello:image-build']).toEqual(['dist/hello-image']);
    // The targets that read these outputs have the new paths.
    expect(targets['image-build'].options).toMatchObject({ binary: 'out/hello', manifests: 'dist/hello.yaml' });
    expect(targets['image-restart'].options).toMatchObject({ binary: 'out/hello' });
    expect(targets['kustomize-apply'].options).toEqual({
      binary: 'out/hello',
      manifests: 'dist/hello.yaml',
      image: 'dist/hello-image',
    });
    workspace.remove('greeter/project.json');
  });

  it('a binary is cached wherever the option puts it', { timeout }, async () => {
    workspace.write({
      'greeter/project.json': JSON.stringify({
        // Nx 23 drops the inferred name when it loads plugins into its own process, as in this test.
        name: 'greeter-controller',
        targets: { 'go-build': { options: { output: '{projectRoot}/out/greeter' } } },
      }),
    });
    const build = () => workspace.nx('run', 'greeter-controller:go-build', '--output-style=static');
    await build();
    expect(existsSync(join(workspace.root, 'greeter/out/greeter'))).toBe(true);
    workspace.remove('greeter/out');
    expect(await build()).toContain('[local cache]');
    expect(existsSync(join(workspace.root, 'greeter/out/greeter'))).toBe(true);
    workspace.remove('greeter/project.json');
  });

  it('the Dockerfile of the option and its context are inputs of image-build', { timeout }, async () => {
    expect(await inputs(workspace, 'ocm:image-build')).toEqual([]);
    workspace.write({
      'ocm/project.json': JSON.stringify({
        targets: { 'image-build': { options: { dockerfile: 'Dockerfile', only: ['assets'] } } },
      }),
      'ocm/Dockerfile': 'FROM scratch\n',
    });
    expect(await inputs(workspace, 'ocm:image-build')).toEqual([
      'ocm/Dockerfile',
      'ocm/assets/a.txt',
      'ocm/assets/not.embedded',
      'ocm/assets/static/deep/b.css',
    ]);
    workspace.remove('ocm/project.json');
  });
});

describe('image-build in the real Nx', () => {
  let workspace: TestWorkspace;
  afterAll(() => workspace.dispose());

  const rendered = (command: string) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ocm' },
      spec: { template: { spec: { containers: [{ name: 'manager', image: 'ocm', command: [command] }] } } },
    });
  /** Runs image-build. Returns the targets that ran, without cache hits. */
  const run = async (configuration = '') => {
    const printed = await workspace.nx('run', `ocm:image-build${configuration}`, '--output-style=static');
    return [...printed.matchAll(/^> nx run ocm:([\w-]+)(?!.*cache)/gm)].map(([, target]) => target).sort();
  };

  it(
    'an image is built again for other manifests, and for another binary only in a release',
    { timeout: 300_000 },
    async () => {
      workspace = testWorkspace({
        'ocm/go.mod': 'module example.com/ocm\n\ngo 1.24\n',
        'ocm/main.go': 'package main\n\nfunc main() {}\n',
        'ocm/config/default/kustomization.yaml': 'resources: []\n',
        // Replaces kustomize, which may not be installed.
        'render.mjs': `import { cpSync } from 'node:fs';\ncpSync('ocm/rendered.json', 'dist/ocm/manifests.yaml');\n`,
        'ocm/rendered.json': rendered('/manager'),
        'ocm/project.json': JSON.stringify({
          targets: {
            'kustomize-build': {
              executor: 'nx:run-commands',
              cache: true,
              inputs: ['{projectRoot}/rendered.json', { externalDependencies: [] }],
              outputs: ['{workspaceRoot}/dist/ocm/manifests.yaml'],
              options: { command: 'node render.mjs' },
            },
          },
        }),
      });
      const edit = (text: string) =>
        workspace.write({ 'ocm/main.go': `package main\n\nfunc main() { println("${text}") }\n` });

      expect(await run()).toEqual(['go-build', 'image-build', 'kustomize-build']);
      expect(await run()).toEqual([]);
      edit('one');
      expect(await run()).toEqual(['go-build']);
      workspace.write({ 'ocm/rendered.json': rendered('/other') });
      expect(await run()).toEqual(['image-build', 'kustomize-build']);

      expect(await run(':release')).toEqual(['go-build', 'image-build']);
      expect(await run(':release')).toEqual([]);
      edit('two');
      expect(await run(':release')).toEqual(['go-build', 'image-build']);
    },
  );

  it('an image uses the binary and the manifests from where the options put them', { timeout: 300_000 }, async () => {
    const { targets } = JSON.parse(readFileSync(join(workspace.root, 'ocm/project.json'), 'utf8'));
    targets['kustomize-build'] = {
      ...targets['kustomize-build'],
      outputs: ['{options.output}'],
      options: { command: 'node render.mjs', output: 'dist/moved.yaml' },
    };
    targets['go-build'] = { configurations: { release: { output: 'out/ocm' } } };
    const edit = (command: string, text: string) =>
      workspace.write({
        'ocm/rendered.json': rendered(command),
        'ocm/main.go': `package main\n\nfunc main() { println("${text}") }\n`,
      });
    workspace.write({
      'ocm/project.json': JSON.stringify({ targets }),
      'render.mjs': `import { cpSync } from 'node:fs';\ncpSync('ocm/rendered.json', 'dist/moved.yaml');\n`,
    });
    const entrypoint = () =>
      JSON.parse(readFileSync(join(workspace.root, 'dist/ocm/image/image.json'), 'utf8')).entrypoint;
    edit('/moved', 'three');
    await run(':release');
    expect(entrypoint()).toEqual(['/moved']);
    edit('/moved', 'four');
    expect(await run(':release')).toEqual(['go-build', 'image-build']);
    edit('/again', 'four');
    expect(await run(':release')).toEqual(['image-build', 'kustomize-build']);
    expect(entrypoint()).toEqual(['/again']);
  });
});

describe('edges between modules in the real Nx', () => {
  let workspace: TestWorkspace;
  afterAll(() => workspace.dispose());

  it('the edges of an unchanged go.mod follow the go.work and new and renamed modules', { timeout }, async () => {
    const targets = async (project: string) => {
      await workspace.nx('graph', '--file=.nx/graph.json');
      const { graph } = JSON.parse(readFileSync(join(workspace.root, '.nx/graph.json'), 'utf8'));
      return (graph.dependencies[project] as { target: string }[]).map(({ target }) => target);
    };
    workspace = testWorkspace({
      'go.work': 'go 1.24\n\nuse ./a\n',
      'a/go.mod':
        'module example.com/a\n\nrequire example.com/b v0.0.0\n\nrequire example.com/c v0.0.0\n\nreplace example.com/c => ../c\n',
      'b/go.mod': 'module example.com/b\n',
    });
    expect(await targets('a')).toEqual([]);
    workspace.write({ 'go.work': 'go 1.24\n\nuse (\n\t./a\n\t./b\n)\n' });
    expect(await targets('a')).toEqual(['b']);
    workspace.write({ 'c/go.mod': 'module example.com/c\n' });
    expect(await targets('a')).toEqual(['b', 'c']);
    workspace.write({ 'b/go.mod': 'module example.com/bee\n' });
    expect(await targets('a')).toEqual(['c']);
  });
});

describe('a repository with one controller in the real Nx', () => {
  let workspace: TestWorkspace;
  afterAll(() => workspace.dispose());

  it('a repository needs only the plugin in nx.json', { timeout }, async () => {
    workspace = testWorkspace({
      'go.mod': 'module example.com/team/ocm-controller/v2\n\ngo 1.24\n',
      'cmd/main.go': 'package main\n\nfunc main() {}\n',
      'cmd/main_test.go': 'package main\n',
      'README.md': '# ocm\n',
      Dockerfile: 'FROM scratch\n',
      'config/default/kustomization.yaml': 'resources: [../../shared-config]\n',
      'shared-config/kustomization.yaml': 'resources: [a.yaml]\n',
      'shared-config/a.yaml': 'kind: ConfigMap\n',
    });
    expect(await inputs(workspace, 'ocm-controller:go-build')).toEqual(['cmd/main.go', 'go.mod']);
    expect(await inputs(workspace, 'ocm-controller:kustomize-build')).toEqual([
      'config/default/kustomization.yaml',
      'shared-config/a.yaml',
      'shared-config/kustomization.yaml',
    ]);
    expect(await outputs(workspace)).toEqual({
      'ocm-controller:go-build': ['bin/manager'],
      'ocm-controller:kustomize-build': ['dist/manifests.yaml'],
      'ocm-controller:image-build': ['dist/image'],
    });
    await workspace.nx('run', 'ocm-controller:go-build');
    expect(existsSync(join(workspace.root, 'bin/manager'))).toBe(true);
  });

  it.each([
    ['a project keeps its name beside a package.json for tools', { name: 'other', private: true }, 'ocm-controller'],
    ['a project gets the name of a package.json that is an Nx project', { name: 'other', nx: {} }, 'other'],
  ])('%s', { timeout }, async (_, packageJson, name) => {
    workspace.write({ 'package.json': JSON.stringify(packageJson) });
    expect(JSON.parse(await workspace.nx('show', 'projects', '--json'))).toEqual([name]);
    const dev = JSON.parse(await workspace.nx('show', 'target', `${name}:dev`, '--json'));
    expect(dev).toMatchObject({ executor: '@nx-kube/executors:dev', continuous: true });
  });
});
