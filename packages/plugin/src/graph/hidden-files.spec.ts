import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectConfiguration } from '@nx/devkit';
import { afterEach, describe, expect, it } from 'vitest';
import { testWorkspace, type TestWorkspace } from '../workspace.fixture.js';
import { createNodes } from './create-nodes.js';

let workspace: TestWorkspace | undefined;
let outside: string | undefined;
afterEach(() => {
  workspace?.dispose();
  if (outside) rmSync(outside, { recursive: true });
  outside = undefined;
});

const goMod = (module: string, rest = '') => `module ${module}\n\ngo 1.24\n${rest}`;
const controller = {
  'ocm/go.mod': goMod('example.com/ocm'),
  'ocm/main.go': 'package main\n\nimport _ "example.com/ocm/internal/gen"\n\nfunc main() {}\n',
  'ocm/internal/gen/gen.go': 'package gen\n',
  'ocm/config/default/kustomization.yaml': 'resources: [a.yaml]\n',
  'ocm/config/default/a.yaml': 'kind: ConfigMap\n',
};

/** Writes a workspace and infers its projects. Returns the targets of the project `ocm`. */
async function targets(files: Record<string, string>, before: (root: string) => void = () => {}) {
  workspace?.dispose();
  workspace = testWorkspace({ ...controller, ...files });
  before(workspace.root);
  const goMods = Object.keys({ ...controller, ...files }).filter((file) => /(^|\/)go\.mod$/.test(file));
  const results = await createNodes[1](goMods, undefined, { workspaceRoot: workspace.root, nxJsonConfiguration: {} });
  const projects = Object.assign({}, ...results.map(([, result]) => result.projects)) as Record<
    string,
    ProjectConfiguration
  >;
  return projects['ocm']!.targets!;
}

/** The targets that are cached, and why the others are not. */
async function cached(files: Record<string, string>, before?: (root: string) => void) {
  const found = await targets(files, before);
  const ofContent = ['go-build', 'kustomize-build', 'image-build'];
  return Object.fromEntries(
    ofContent.map((name) => [name, found[name]!.cache ? true : (found[name]!.metadata as any)['notCached']]), // eslint-disable-line @typescript-eslint/no-explicit-any -- the plugin's own key
  );
}
const all = { 'go-build': true, 'kustomize-build': true, 'image-build': true };
const ignored = (path: string) => `it reads ${path}, which is ignored by git or .nxignore, so Nx cannot hash it.`;
const elsewhere = (path: string) => `it reads ${path}, which is outside of the workspace, so Nx cannot hash it.`;

describe('targets that read files Nx cannot hash', () => {
  it('all targets are cached where Nx sees all files', async () => {
    expect(
      await cached({
        '.gitignore': 'dist/\n*.log\n.env\ngo.work\n',
        'ocm/x.log': '',
        'ocm/dist/tool.go': 'package tool\n',
      }),
    ).toEqual(all);
  });

  const generator = (kind: string, source: string) => ({
    'ocm/config/default/kustomization.yaml': `${kind}Generator:\n  - name: x\n    ${source}\n`,
  });
  it.each<[string, Record<string, string>, string]>([
    [
      '.env',
      { ...generator('secret', 'envs: [.env]'), '.gitignore': '.env\n', 'ocm/config/default/.env': 'a=b\n' },
      'ocm/config/default/.env',
    ],
    ['a missing .env', { ...generator('secret', 'envs: [.env]'), '.gitignore': '.env\n' }, 'ocm/config/default/.env'],
    [
      'a file of a ConfigMap',
      { ...generator('configMap', 'files: [k=x.conf]'), '.gitignore': '*.conf\n' },
      'ocm/config/default/x.conf',
    ],
    ['a file that .nxignore names', { '.nxignore': 'a.yaml\n' }, 'ocm/config/default/a.yaml'],
    [
      'a file that a deeper .gitignore names',
      { 'ocm/config/.gitignore': 'default/a.yaml\n' },
      'ocm/config/default/a.yaml',
    ],
    [
      'values of a chart',
      {
        'ocm/config/default/kustomization.yaml':
          'helmCharts: [{ name: x, repo: https://x, version: "1", valuesFile: v.yaml }]\n',
        '.gitignore': 'v.yaml\n',
      },
      'ocm/config/default/v.yaml',
    ],
    [
      'a local chart',
      {
        'ocm/config/default/kustomization.yaml': 'helmCharts: [{ name: x }]\n',
        'ocm/config/default/charts/x/templates/secret.yaml': '',
        '.gitignore': 'secret.yaml\n',
      },
      'ocm/config/default/charts/x/templates/secret.yaml',
    ],
  ])('kustomize-build is not cached if it reads %s that Nx ignores', async (_, files, path) => {
    expect(await cached(files)).toEqual({ ...all, 'kustomize-build': ignored(path) });
  });

  const embed = (pattern: string) => `package web\n\nimport "embed"\n\n//go:embed ${pattern}\nvar Files embed.FS\n`;
  it.each<[string, Record<string, string>, string]>([
    [
      'an embedded folder',
      { 'ocm/web/web.go': embed('all:dist'), 'ocm/web/dist/index.html': '' },
      'ocm/web/dist/index.html',
    ],
    ['an embedded folder that is not built yet', { 'ocm/web/web.go': embed('dist') }, 'ocm/web/dist'],
    [
      'one of several embedded files',
      { 'ocm/web/web.go': embed('static/*'), 'ocm/web/static/a/b.min.js': '', 'ocm/web/static/ok.js': '' },
      'ocm/web/static/a/b.min.js',
    ],
    [
      'generated code',
      { '.gitignore': 'zz_*.go\n', 'ocm/api/zz_deepcopy.go': 'package api\n' },
      'ocm/api/zz_deepcopy.go',
    ],
    [
      'a package that is not generated yet',
      {
        '.gitignore': 'client/\n',
        'ocm/main.go': 'package main\n\nimport _ "example.com/ocm/internal/client"\n',
      },
      'ocm/internal/client',
    ],
    ['assembler code', { '.gitignore': '*.s\n', 'ocm/a.s': '' }, 'ocm/a.s'],
    ['a go.work', { '.gitignore': 'go.work\n', 'go.work': 'go 1.24\n\nuse ./ocm\n' }, 'go.work'],
    ['a vendor folder', { '.gitignore': 'vendor/\n', 'ocm/vendor/modules.txt': '' }, 'ocm/vendor/modules.txt'],
    [
      'code of another module of the workspace',
      {
        '.gitignore': 'zz_*.go\n',
        'ocm/go.mod': goMod(
          'example.com/ocm',
          '\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../lib\n',
        ),
        'lib/go.mod': goMod('example.com/lib'),
        'lib/zz_x.go': 'package lib\n',
      },
      'lib/zz_x.go',
    ],
    [
      'a module that replaces another',
      {
        '.gitignore': '/forks\n',
        'ocm/go.mod': goMod(
          'example.com/ocm',
          '\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../forks/lib\n',
        ),
      },
      'forks/lib',
    ],
  ])('go-build is not cached if it reads %s that Nx ignores', async (_, files, path) => {
    expect(await cached({ '.gitignore': 'dist/\n*.min.js\n', ...files })).toEqual({
      ...all,
      'go-build': ignored(path),
    });
  });

  const image = (dockerfile: string, options = {}) => ({
    'ocm/Dockerfile': dockerfile,
    'ocm/project.json': JSON.stringify({
      targets: { 'image-build': { options: { dockerfile: 'Dockerfile', ...options } } },
    }),
  });
  it.each<[string, Record<string, string>, string | true]>([
    [
      'a file that the Dockerfile copies',
      { ...image('FROM scratch\nCOPY --chown=1 certs/ca.pem /ca.pem\n'), '.gitignore': '*.pem\n' },
      ignored('ocm/certs/ca.pem'),
    ],
    [
      'a file of a folder that the Dockerfile copies',
      { ...image('FROM scratch\nCOPY web \\\n  /web\n'), 'ocm/web/app.js': '', '.gitignore': '*.js\n' },
      ignored('ocm/web/app.js'),
    ],
    [
      'a file of the whole context',
      { ...image('FROM scratch\nCOPY . .\n'), 'ocm/web/app.js': '', '.gitignore': '*.js\n' },
      ignored('ocm/web/app.js'),
    ],
    [
      'nothing that .dockerignore leaves out',
      {
        ...image('FROM scratch\nCOPY . .\n'),
        'ocm/web/app.js': '',
        '.gitignore': '*.js\n',
        'ocm/.dockerignore': '**\n!**/*.go\n',
      },
      true,
    ],
    [
      'nothing but outputs of targets',
      { ...image('FROM scratch\nCOPY bin/manager /manager\n'), 'ocm/bin/manager': '', '.gitignore': 'bin/\n' },
      true,
    ],
    [
      'nothing that another stage makes',
      { ...image('FROM scratch\nCOPY --from=builder /x.js /x.js\n'), '.gitignore': '*.js\n' },
      true,
    ],
    [
      'a path of the option "only"',
      { ...image('FROM scratch\nCOPY . .\n', { only: ['certs'] }), 'ocm/certs/ca.pem': '', '.gitignore': '*.pem\n' },
      ignored('ocm/certs/ca.pem'),
    ],
  ])('image-build reads %s', async (_, files, expected) => {
    expect(await cached(files)).toEqual({ ...all, 'image-build': expected });
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    [
      'a module that replaces another',
      {
        'ocm/go.mod': goMod(
          'example.com/ocm',
          '\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../../OUT/lib\n',
        ),
      },
      { 'go-build': elsewhere('../OUT/lib') },
    ],
    [
      'a module of the go.work',
      { 'go.work': 'go 1.24\n\nuse (\n\t./ocm\n\t../OUT/lib\n)\n' },
      { 'go-build': elsewhere('../OUT/lib') },
    ],
    [
      'a base of a kustomization',
      { 'ocm/config/default/kustomization.yaml': 'resources: [../../../../OUT/base]\n' },
      {
        'kustomize-build':
          'it reads ../OUT/base/kustomization.yaml (and 1 more), which is outside of the workspace, so Nx cannot hash it.',
      },
    ],
  ])('%s outside of the workspace makes its target uncached', async (_, files, expected) => {
    const named = Object.fromEntries(
      Object.entries(files).map(([path, text]) => [path, text.replaceAll('OUT', 'nx-kube-elsewhere')]),
    );
    const found = await cached(named, (root) => {
      outside = join(root, '../nx-kube-elsewhere');
      mkdirSync(join(outside, 'lib'), { recursive: true });
      mkdirSync(join(outside, 'base'));
      writeFileSync(join(outside, 'lib/go.mod'), goMod('example.com/lib'));
      writeFileSync(join(outside, 'base/kustomization.yaml'), 'resources: [x.yaml]\n');
    });
    expect(found).toEqual({
      ...all,
      ...Object.fromEntries(
        Object.entries(expected).map(([target, text]) => [target, text.replace('OUT', 'nx-kube-elsewhere')]),
      ),
    });
  });

  it('a go.work above the workspace makes its targets uncached', async () => {
    await targets({
      'go.work': 'go 1.24\n\nuse (\n\t./inner/one\n\t./beside\n)\n',
      'beside/go.mod': goMod('example.com/beside'),
      'inner/one/go.mod': goMod('example.com/one'),
      'inner/one/main.go': 'package main\n',
    });
    const workspaceRoot = join(workspace!.root, 'inner');
    const results = await createNodes[1](['one/go.mod'], undefined, { workspaceRoot, nxJsonConfiguration: {} });
    const one = results[0]![1].projects!['one']!;
    expect(one.targets!['go-test']).toMatchObject({
      cache: false,
      metadata: { notCached: expect.stringContaining('../beside') },
    });
  });

  it('a symbolic link that leads outside makes its target uncached, and one that leads inside adds its end', async () => {
    const link = (to: string, at: string) => (root: string) => {
      outside = join(root, '../nx-kube-elsewhere');
      mkdirSync(outside);
      writeFileSync(join(outside, 'gen.go'), 'package gen\n');
      mkdirSync(join(root, 'ocm/real'));
      writeFileSync(join(root, 'ocm/real/r.go'), 'package real\n');
      rmSync(join(root, at), { recursive: true });
      symlinkSync(join(root, to), join(root, at));
    };
    const out = '../nx-kube-elsewhere';
    expect(await cached({}, link(out, 'ocm/internal/gen'))).toEqual({
      ...all,
      'go-build': elsewhere('ocm/internal/gen'),
    });
    rmSync(outside!, { recursive: true });
    expect(await cached({}, link(`${out}/gen.go`, 'ocm/config/default/a.yaml'))).toEqual({
      ...all,
      'kustomize-build': elsewhere('ocm/config/default/a.yaml'),
    });
    rmSync(outside!, { recursive: true });
    const found = await targets({}, link('ocm/real', 'ocm/internal/gen'));
    expect(found['go-build']).toMatchObject({ cache: true });
    expect(found['go-build']!.inputs).toContain('{workspaceRoot}/ocm/real/**/*');
  });

  it('what the loop watches holds the hidden files', async () => {
    const found = await targets({ ...generator('secret', 'envs: [.env]'), '.gitignore': '.env\n' });
    expect(found['kustomize-build']!.metadata).toMatchObject({
      alsoReads: [{ include: ['ocm/config/default/.env', 'ocm/config/default/kustomization.yaml'], exclude: [] }],
    });
  });
});
