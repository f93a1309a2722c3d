import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { realKustomize } from '../../kustomize/kustomize.fixture.js';
import { executorContext } from '../../nx/executor-context.fixture.js';
import { capturedOutput } from '../../nx/output.fixture.js';
import kustomizeBuild, { normalize } from './executor.js';

describe('kustomize-build', () => {
  let env: Record<string, string>;
  let root: string;
  let output: () => string;
  beforeAll(async () => {
    env = await realKustomize();
  }, 600_000);
  beforeEach(async () => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    root = await mkdtemp(join(tmpdir(), 'nx-kube-kustomize-build-'));
    const folder = join(root, 'apps/one/config/default');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'kustomization.yaml'), 'commonLabels: {a: b}\nresources: [o.yaml]\n');
    await writeFile(join(folder, 'o.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n');
    output = capturedOutput();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    await rm(root, { recursive: true, force: true });
  });

  it('config/default is rendered to dist, and the warnings of kustomize are printed', async () => {
    expect(await kustomizeBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: true });
    expect(output()).toMatch(/^(#? ?Warning: .*\n)*Rendered dist\/apps\/one\/manifests\.yaml \(1 object\) in .*s\n$/);
    expect(output()).toContain("'commonLabels' is deprecated");
    expect(await readFile(join(root, 'dist/apps/one/manifests.yaml'), 'utf8')).toContain('kind: ConfigMap');
  });

  it('a failure prints the message of kustomize', async () => {
    await rm(join(root, 'apps/one/config/default/o.yaml'));
    expect(await kustomizeBuild({}, executorContext(root, 'apps/one'))).toEqual({ success: false });
    expect(output()).toContain(`${root}/apps/one/config/default/kustomization.yaml: accumulating resources`);
  });

  it('every option reaches the core', () => {
    const rest = { enableHelm: true, loadRestrictor: 'LoadRestrictionsNone' } as const;
    expect(normalize({ path: 'config/dev', output: 'out.yaml', ...rest }, executorContext('/w', 'apps/one'))).toEqual({
      ...rest,
      path: '/w/apps/one/config/dev',
      output: '/w/out.yaml',
    });
  });
});
