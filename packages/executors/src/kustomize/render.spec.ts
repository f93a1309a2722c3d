import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseManifests } from '@nx-kube/cluster';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findKustomize } from './find-kustomize.js';
import { realKustomize } from './kustomize.fixture.js';
import { renderManifests } from './render.js';

let env: Record<string, string>;
let root: string;
beforeAll(async () => {
  env = await realKustomize();
}, 600_000);
beforeEach(async () => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  root = await mkdtemp(join(tmpdir(), 'nx-kube-render-'));
  await write('config/default/kustomization.yaml', 'namespace: sys\nresources: [../base]\n');
  await write('config/base/kustomization.yaml', 'resources: [objects.yaml]\n');
  await write('config/base/objects.yaml', objects);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const objects = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: manager}
spec:
  template:
    spec:
      volumes:
        - name: v
          configMap: {name: c, defaultMode: 0644}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: c}
data: {answer: "yes", mode: "0644", float: "1e3", text: "a\\n  b\\n", date: "2001-12-14"}
`;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const output = () => join(root, 'dist/manifests.yaml');
const render = (signal?: AbortSignal) =>
  renderManifests({ path: join(root, 'config/default'), output: output() }, { signal });

describe('renderManifests', () => {
  it('all objects are written in order, with unchanged values', async () => {
    const result = await render();
    expect(result).toMatchObject({ ok: true, path: output(), changed: true, warnings: [] });
    const written = parseManifests(await readFile(output(), 'utf8'), 'output');
    expect(written).toEqual(result.ok && [...result.objects].sort((a) => (a.kind === 'ConfigMap' ? -1 : 1)));
    expect(written[0]).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'sys' },
      data: { answer: 'yes', mode: '0644', float: '1e3', text: 'a\n  b\n', date: '2001-12-14' },
    });
    expect(written[1]!['spec'].template.spec.volumes[0].configMap.defaultMode).toBe(0o644);
  });

  it('a file with the same content is not touched', async () => {
    await render();
    const { ino, mtimeMs } = await stat(output());
    expect(await render()).toMatchObject({ ok: true, changed: false });
    expect(await stat(output())).toMatchObject({ ino, mtimeMs });
  });

  it('a change of order and comments gives the same bytes', async () => {
    await render();
    const before = await readFile(output(), 'utf8');
    await write('config/base/objects.yaml', `# swapped\n${objects.split('---').reverse().join('\n---\n')}`);
    expect(await render()).toMatchObject({ ok: true, changed: false });
    expect(await readFile(output(), 'utf8')).toBe(before);
  });

  it('no temporary file stays behind', async () => {
    await render();
    expect(await readdir(dirname(output()))).toEqual(['manifests.yaml']);
  });

  it('files outside of the folder need the option loadRestrictor', async () => {
    await write('config/default/kustomization.yaml', 'resources: [../base/objects.yaml]\n');
    expect(await render()).toMatchObject({ ok: false });
    const options = { path: join(root, 'config/default'), output: output() };
    expect(await renderManifests({ ...options, loadRestrictor: 'LoadRestrictionsNone' })).toMatchObject({ ok: true });
  });
});

describe('renderManifests of a broken kustomization', () => {
  it('a failure is reported with the file and the message of kustomize, and the last output stays', async () => {
    await render();
    const before = await readFile(output(), 'utf8');
    await write('config/base/kustomization.yaml', 'resources: [nowhere.yaml]\n');
    const result = await render();
    expect(result).toMatchObject({ ok: false, cancelled: false });
    const { diagnostics } = result as { diagnostics: string };
    expect(diagnostics).toMatch(/config\/default\/kustomization\.yaml: (?!error)/i);
    expect(diagnostics).toContain('nowhere.yaml');
    expect(await readFile(output(), 'utf8')).toBe(before);
  });

  it('an invalid object is reported when kustomize accepts it', async () => {
    await write(
      'config/base/objects.yaml',
      'apiVersion: v1\nkind: Thing\nmetadata: {name: a}\nn: 9223372036854775807\n',
    );
    expect(await render()).toMatchObject({
      ok: false,
      diagnostics: expect.stringMatching(/rendered .*kustomization\.yaml, document 1: n is an integer too large/),
    });
  });

  it('a folder without a kustomization is refused', async () => {
    await expect(renderManifests({ path: root, output: output() })).rejects.toMatchObject({
      culprit: 'configuration',
      message: `${root} has no kustomization.yaml.`,
    });
  });

  it('an abort writes nothing', async () => {
    expect(await render(AbortSignal.abort())).toMatchObject({ ok: false, cancelled: true });
    await expect(stat(output())).rejects.toThrow('ENOENT');
  });
});

describe('findKustomize', () => {
  const program = async (name: string) => {
    await write(`bin/${name}`, '');
    await chmod(join(root, 'bin', name), 0o755);
    return join(root, 'bin', name);
  };
  beforeEach(() => {
    vi.stubEnv('PATH', join(root, 'bin'));
    vi.stubEnv('KUSTOMIZE', '');
  });

  it('kustomize is preferred to kubectl', async () => {
    const kubectl = await program('kubectl');
    expect(await findKustomize()).toEqual({ command: kubectl, args: ['kustomize'] });
    const kustomize = await program('kustomize');
    expect(await findKustomize()).toEqual({ command: kustomize, args: ['build'] });
  });

  it('the environment variables win over PATH', async () => {
    await program('kustomize');
    const other = await program('other');
    expect(await findKustomize({ KUBECTL: other })).toEqual({ command: other, args: ['kustomize'] });
    expect(await findKustomize({ KUSTOMIZE: other })).toEqual({ command: other, args: ['build'] });
    await expect(findKustomize({ KUBECTL: '/nowhere' })).rejects.toMatchObject({
      next: 'Correct the environment variable KUBECTL.',
    });
  });

  it('a missing program is reported', async () => {
    await expect(findKustomize()).rejects.toThrow('Neither kustomize nor kubectl is on PATH.');
  });
});
