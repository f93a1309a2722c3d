import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { CreateNodesResult, NxJsonConfiguration, ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { NxKubePluginOptions } from '../controller/target-names.js';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { createNodes, createNodesV2 } from './create-nodes.js';

const executors = (targets: Record<string, TargetConfiguration>) =>
  Object.fromEntries(Object.entries(targets).map(([name, { executor }]) => [name, executor]));

describe('createNodes', () => {
  let workspace: TestWorkspace | undefined;
  afterEach(() => workspace?.dispose());

  const goMod = (module: string, rest = '') => `module ${module}\n\ngo 1.24\n${rest}`;
  const controller = (root: string, module = `example.com/${root}`) => ({
    [`${root}/go.mod`]: goMod(module),
    [`${root}/main.go`]: 'package main\n',
    [`${root}/config/default/kustomization.yaml`]: 'resources: []\n',
  });

  const without = (files: Record<string, string>, path: string) =>
    Object.fromEntries(Object.entries(files).filter(([file]) => file !== path));

  /** Infers the projects of a workspace. Returns them by root. */
  async function infer(
    files: Record<string, string>,
    options?: NxKubePluginOptions,
    nxJsonConfiguration: NxJsonConfiguration = {},
  ) {
    workspace?.dispose();
    workspace = testWorkspace(files);
    const goMods = Object.keys(files).filter((file) => file.endsWith('go.mod'));
    const results = await createNodes[1](goMods, options, { workspaceRoot: workspace.root, nxJsonConfiguration });
    return projectsOf(results.map(([, result]) => result));
  }
  const projectsOf = (results: CreateNodesResult[]) =>
    Object.assign({}, ...results.map(({ projects }) => projects)) as Record<string, Required<ProjectConfiguration>>;

  it('the plugin reads go.mod files and is exported under both names', () => {
    expect(createNodes[0]).toBe('**/go.mod');
    expect(createNodesV2).toBe(createNodes);
  });

  it('a controller gets the targets of the development loop', async () => {
    const { ocm } = await infer(controller('ocm'));
    expect(ocm).toMatchObject({ name: 'ocm', root: 'ocm', projectType: 'application' });
    expect(executors(ocm!.targets)).toEqual({
      'go-build': '@nx-kube/executors:go-build',
      'go-test': 'nx:run-commands',
      'delve-build': '@nx-kube/executors:delve-build',
      'kustomize-build': '@nx-kube/executors:kustomize-build',
      'image-build': '@nx-kube/executors:image-build',
      'kustomize-apply': '@nx-kube/executors:kustomize-apply',
      'image-restart': '@nx-kube/executors:image-restart',
      dev: '@nx-kube/executors:dev',
      down: '@nx-kube/executors:down',
      logs: '@nx-kube/executors:logs',
      doctor: '@nx-kube/executors:doctor',
      status: '@nx-kube/executors:status',
      pause: '@nx-kube/executors:pause',
      resume: '@nx-kube/executors:resume',
      trigger: '@nx-kube/executors:trigger',
    });
    expect(ocm!.metadata).toEqual({
      technologies: ['go', 'kubernetes'],
      targetGroups: {
        Go: ['go-build', 'go-test', 'delve-build'],
        Kubernetes: [
          'kustomize-build',
          'image-build',
          'kustomize-apply',
          'image-restart',
          'dev',
          'down',
          'logs',
          'doctor',
        ],
        Control: ['status', 'pause', 'resume', 'trigger'],
      },
    });
    for (const target of Object.values(ocm!.targets)) {
      expect(target.metadata).toMatchObject({
        description: expect.any(String),
        technologies: expect.arrayContaining(['go']),
        help: { command: expect.any(String), example: expect.any(Object) },
      });
    }
  });

  it('targets that make content are cached, and targets that touch the cluster are not', async () => {
    const { targets } = (await infer(controller('ocm')))['ocm']!;
    const cached = Object.keys(targets).filter((name) => targets[name]!.cache);
    expect(cached).toEqual(['go-build', 'go-test', 'delve-build', 'kustomize-build', 'image-build']);
    expect(cached.every((name) => targets[name]!.inputs && targets[name]!.outputs)).toBe(true);
    expect(targets['dev']).toMatchObject({ continuous: true, cache: false });
    expect(targets['dev']!.dependsOn).toBeUndefined();
  });

  it('the configuration debug builds a second binary for debugging', async () => {
    const { targets } = (await infer(controller('ocm')))['ocm']!;
    expect(targets['go-build']!.configurations!['debug']).toEqual({
      output: 'bin/debug/manager',
      gcflags: 'all=-N -l',
      ldflags: '',
    });
    expect(targets['image-build']!.configurations!['debug']).toEqual({ binary: 'bin/debug/manager' });
    expect(targets['dev']!.configurations).toEqual({ debug: { debug: true } });
  });

  it('dev has no configuration debug without the target delve-build', async () => {
    const { targets } = (await infer(controller('ocm'), { delveBuildTargetName: false }))['ocm']!;
    expect(targets['dev']!.configurations).toBeUndefined();
  });

  it.each([
    ['main.go', '.'],
    ['cmd/main.go', './cmd'],
  ])('the main package of %s is built', async (file, main) => {
    const { ocm } = await infer({ ...without(controller('ocm'), 'ocm/main.go'), [`ocm/${file}`]: 'package main\n' });
    expect(ocm!.targets['go-build']!.options).toEqual({ main, output: 'bin/manager' });
  });

  it.each(['', '// package main\n', 'package main\n\nfunc main() {}\n'])(
    'a cmd/main.go with %j is not taken for the program',
    async (stub) => {
      const program = 'package main\n\nfunc main() {\n\trun()\n}\n';
      const { ocm } = await infer({
        ...without(controller('ocm'), 'ocm/main.go'),
        'ocm/cmd/main.go': stub,
        'ocm/cmd/manager/main.go': program,
      });
      expect(ocm!.targets['go-build']!.options).toEqual({ main: './cmd/manager', output: 'bin/manager' });
    },
  );

  it.each(['kustomization.yaml', 'kustomization.yml', 'Kustomization'])(
    'the file %s is a kustomization',
    async (name) => {
      const files = without(controller('ocm'), 'ocm/config/default/kustomization.yaml');
      const { ocm } = await infer({ ...files, [`ocm/config/default/${name}`]: 'resources: []\n' });
      expect(ocm!.targets).toHaveProperty('dev');
    },
  );

  it('a module that is not a controller gets only its tests', async () => {
    const noMain = without(controller('ocm'), 'ocm/main.go');
    const noKustomization = without(controller('cli'), 'cli/config/default/kustomization.yaml');
    const projects = await infer({
      ...noMain,
      ...noKustomization,
      'shared/go.mod': goMod('x/shared'),
      'shared/a.go': '',
    });
    for (const root of ['cli', 'shared']) {
      expect(projects[root]).toMatchObject({ projectType: 'library', metadata: { technologies: ['go'] } });
      expect(Object.keys(projects[root]!.targets)).toEqual(['go-test']);
    }
    // This module has no Go file, so there is nothing to test.
    expect(projects['ocm']!.targets).toEqual({});
  });

  it('modules in directories that Go skips are left out', async () => {
    const places = ['node_modules/x', 'a/vendor/y', 'a/testdata/mod', '_old', '.cache/z'];
    const files = Object.fromEntries(places.map((place) => [`${place}/go.mod`, goMod('example.com/x')]));
    expect(await infer({ ...files, 'a/go.mod': goMod('example.com/a') })).toEqual({ a: expect.anything() });
  });

  it('modules of licences, documents and test data are no projects', async () => {
    const places = ['third_party/licenses/x', 'docs', 'a/docs/site', 'a/test/fixtures/mod', 'licenses/y'];
    const files = Object.fromEntries(
      places.flatMap((place) => [
        [`${place}/go.mod`, goMod(`example.com/${place}`)],
        [`${place}/x.go`, 'package x\n'],
      ]),
    );
    const usual = { 'a/go.mod': goMod('example.com/a'), 'a/a.go': 'package a\n' };
    expect(Object.keys(await infer({ ...files, ...usual }))).toEqual(['a']);
    const replaced = goMod(
      'example.com/a',
      '\nrequire example.com/docs v0.0.0\n\nreplace example.com/docs => ../docs\n',
    );
    expect(Object.keys(await infer({ ...files, ...usual, 'a/go.mod': replaced })).sort()).toEqual(['a', 'docs']);
    expect(Object.keys(await infer({ ...files, ...usual, 'licenses/y/project.json': '{}' })).sort()).toEqual([
      'a',
      'licenses/y',
    ]);
    expect(Object.keys(await infer({ ...usual, ...controller('apps/docs') })).sort()).toEqual(['a', 'apps/docs']);
    const goWork = 'go 1.24\n\nuse (\n\t./a\n\t./third_party/licenses/x\n)\n';
    expect(Object.keys(await infer({ ...files, ...usual, 'go.work': goWork })).sort()).toEqual([
      'a',
      'third_party/licenses/x',
    ]);
  });

  it('a module without code inside of another module is no project', async () => {
    const files = {
      'a/go.mod': goMod('example.com/a'),
      'a/a.go': 'package a\n',
      'a/ui/go.mod': goMod('example.com/ui'),
      'a/hack/tools/go.mod': goMod('example.com/tools'),
      'a/hack/tools/tools.go': '//go:build tools\n\npackage tools\n',
      'a/hack/gen/go.mod': goMod('example.com/gen'),
      'a/hack/gen/main.go': 'package main\n',
      'a/e2e/go.mod': goMod('example.com/e2e'),
      'a/e2e/e2e_test.go': 'package e2e\n',
    };
    expect(Object.keys(await infer(files)).sort()).toEqual(['a', 'a/e2e', 'a/hack/gen']);
  });

  it('a project gets its name from the PROJECT file of kubebuilder', async () => {
    const { ocm } = await infer({
      ...controller('ocm'),
      'ocm/PROJECT': 'layout:\n- go.kubebuilder.io/v4\nprojectName: fleet\n',
    });
    expect(ocm!.name).toBe('fleet');
  });

  it('targets have their configured names and refer to each other by them', async () => {
    const { ocm } = await infer(controller('ocm'), {
      goBuildTargetName: 'compile',
      kustomizeBuildTargetName: 'render',
      imageBuildTargetName: 'containerize',
      kustomizeApplyTargetName: 'apply',
      downTargetName: false,
    });
    const { targets } = ocm!;
    expect(Object.keys(targets)).toEqual([
      'compile',
      'go-test',
      'delve-build',
      'render',
      'containerize',
      'apply',
      'image-restart',
      'dev',
      'logs',
      'doctor',
      'status',
      'pause',
      'resume',
      'trigger',
    ]);
    expect(targets['logs']!.options).toEqual({ kustomizeApply: 'apply' });
    expect(targets['doctor']!.options).toEqual({
      goBuild: 'compile',
      kustomizeBuild: 'render',
      imageBuild: 'containerize',
      kustomizeApply: 'apply',
    });
    expect(targets['containerize']!.dependsOn).toEqual(['compile', 'render']);
    expect(targets['apply']!.dependsOn).toEqual(['render', 'containerize']);
    expect(targets['image-restart']!.dependsOn).toEqual(['compile', 'render', 'containerize']);
    expect(targets['image-restart']!.options).toMatchObject({ kustomizeApply: 'apply' });
    expect(targets['dev']!.options).toEqual({
      goBuild: 'compile',
      kustomizeBuild: 'render',
      imageBuild: 'containerize',
      kustomizeApply: 'apply',
      delveBuild: 'delve-build',
    });
  });

  it('files in the options of project.json and package.json are inputs', async () => {
    const { ocm } = await infer({
      ...controller('ocm'),
      'ocm/package.json': JSON.stringify({
        nx: { targets: { 'image-build': { options: { dockerfile: 'Dockerfile', context: 'image' } } } },
      }),
      'ocm/project.json': JSON.stringify({
        targets: {
          'kustomize-build': { configurations: { staging: { path: '../overlays/staging' } } },
          'image-build': null,
          dev: { options: null, configurations: null },
        },
      }),
      'overlays/staging/kustomization.yaml': 'resources: [../../ocm/config/default, extra.yaml]\n',
    });
    const { targets } = ocm!;
    expect(targets['image-build']!.inputs).toEqual(
      expect.arrayContaining(['{workspaceRoot}/ocm/Dockerfile', '{workspaceRoot}/ocm/image/**/*']),
    );
    expect(targets['kustomize-build']!.inputs!.filter((input) => String(input).includes('overlays'))).toEqual([
      '{workspaceRoot}/overlays/staging/extra.yaml',
      '{workspaceRoot}/overlays/staging/kustomization.yaml',
    ]);
  });

  it('targets read outputs from where the options put them', async () => {
    const { ocm } = await infer({
      ...controller('ocm'),
      'ocm/project.json': JSON.stringify({
        targets: {
          'go-build': {
            options: { output: 'bin/ocm' },
            configurations: { release: { output: 'bin/shipped/ocm' }, race: { output: 'bin/race/ocm', race: true } },
          },
          'kustomize-build': {
            options: { output: 'dist/x.yaml' },
            configurations: { staging: { output: 'dist/{projectName}/staging.yaml' } },
          },
          'image-build': { options: { output: 'dist/oci' } },
        },
      }),
    });
    const optionsOf = (target: string) => {
      const { options, configurations } = ocm!.targets[target]!;
      return { options, configurations };
    };
    const binaries = {
      release: { binary: 'bin/shipped/ocm' },
      debug: { binary: 'bin/debug/manager' },
      race: { binary: 'bin/race/ocm' },
    };
    const staging = { manifests: 'dist/{projectName}/staging.yaml' };
    expect(optionsOf('image-build')).toEqual({
      options: { output: 'dist/oci', binary: 'bin/ocm', manifests: 'dist/x.yaml' },
      configurations: { ...binaries, release: { ...binaries.release, release: true }, staging },
    });
    expect(optionsOf('image-restart')).toEqual({
      options: { kustomizeApply: 'kustomize-apply', binary: 'bin/ocm' },
      configurations: binaries,
    });
    expect(optionsOf('kustomize-apply')).toEqual({
      options: { binary: 'bin/ocm', manifests: 'dist/x.yaml', image: 'dist/oci' },
      configurations: { ...binaries, staging },
    });
    expect(ocm!.targets['image-build']!.inputs!.slice(0, 3)).toEqual(
      ['dist/ocm/staging.yaml', 'dist/x.yaml', 'ocm/bin/shipped/ocm'].map((file) => ({
        dependentTasksOutputFiles: file,
      })),
    );
  });

  it('files in the options of nx.json are inputs, with their tokens', async () => {
    const { ocm } = await infer(
      { ...controller('ocm'), 'ocm/overlays/s/kustomization.yaml': 'resources: [a.yaml]\n' },
      undefined,
      {
        targetDefaults: {
          '@nx-kube/executors:image-build': { options: { dockerfile: '{projectRoot}/Dockerfile' } },
          'kustomize-build': { options: { path: '{projectRoot}/overlays/s' } },
        },
      },
    );
    expect(ocm!.targets['image-build']!.inputs).toContain('{workspaceRoot}/ocm/Dockerfile');
    expect(ocm!.targets['kustomize-build']!.inputs).toContain('{workspaceRoot}/ocm/overlays/s/a.yaml');
  });

  it.each(['{', '[]', '"text"', 'null', '{ "targets": 1 }'])('a project.json with %s is ignored', async (text) => {
    expect(await infer({ ...controller('ocm'), 'ocm/project.json': text })).toMatchObject({ ocm: { name: 'ocm' } });
  });

  it.each([
    ['a file that is not YAML', 'configMapGenerator:\n- name: a\n  files: [app.properties]\n'],
    ['a path below a file', 'resources: [app.properties/base]\n'],
    ['a link that leads to itself', 'resources: [circle]\n'],
    ['a name that is too long', `resources: [${'x'.repeat(300)}]\n`],
    ['a name with a NUL', 'resources: ["a\\0b"]\n'],
  ])('a kustomization that refers to %s stops neither its project nor another', async (_, kustomization) => {
    workspace = testWorkspace({
      ...controller('one'),
      ...controller('two'),
      'one/config/default/kustomization.yaml': kustomization,
      'one/config/default/app.properties': 'a=b\n',
    });
    symlinkSync('circle', join(workspace.root, 'one/config/default/circle'));
    const context = { workspaceRoot: workspace.root, nxJsonConfiguration: {} };
    const results = await createNodes[1](['one/go.mod', 'two/go.mod'], undefined, context);
    const projects = projectsOf(results.map(([, result]) => result));
    expect(Object.keys(projects['one']!.targets)).toEqual(Object.keys(projects['two']!.targets));
    expect(projects['one']!.targets).toHaveProperty('dev');
  });

  it('a broken go.mod is reported with file, line and next step, and other projects are inferred', async () => {
    const failure = await infer({ ...controller('ocm'), 'bad/go.mod': 'module x\nrequire (\n' }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({ errors: [['bad/go.mod', expect.any(Error)]] });
    const { errors, partialResults } = failure as {
      errors: [string, Error][];
      partialResults: [string, CreateNodesResult][];
    };
    expect(errors[0]![1].message).toContain(
      'bad/go.mod:2: the block "require (" is not closed.\n  → Add the missing ")".',
    );
    expect(projectsOf(partialResults.map(([, result]) => result))).toHaveProperty('ocm');
  });

  it('a broken go.work is reported', async () => {
    const failure = await infer({ ...controller('ocm'), 'go.work': 'use (\n' }).catch((e: unknown) => e);
    expect(failure).toMatchObject({ errors: [['go.work', expect.any(Error)]] });
  });

  it('an unknown option is refused', async () =>
    expect(infer(controller('ocm'), { nope: true } as NxKubePluginOptions)).rejects.toThrow('have no "nope".'));
});
