import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pathWithHelm } from './helm.fixture.js';
import { templateChart, type HelmRelease } from './helm.js';
import { chartsDirectory, RenderedCharts } from './rendered-charts.js';

let path: string;
let root: string;
beforeAll(async () => {
  path = await pathWithHelm();
}, 1_800_000);
beforeEach(async () => {
  vi.stubEnv('PATH', path);
  root = await mkdtemp(join(tmpdir(), 'nx-kube-rendered-'));
  await write('chart/Chart.yaml', 'apiVersion: v2\nname: demo\nversion: 1.0.0\n');
  await write('chart/values.yaml', 'user: admin\n');
  await write(
    'chart/templates/secret.yaml',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {user: "{{ .Values.user }}", password: "{{ randAlphaNum 20 }}"}\n',
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

describe('RenderedCharts', () => {
  const store = () => new RenderedCharts(join(root, 'state'));
  const password = async (charts: RenderedCharts, more: Partial<HelmRelease> = {}, kubeVersion = 'v1.34.0') => {
    const release = { release: 'db', chart: join(root, 'chart'), namespace: 'ns', ...more };
    const cluster = { kubeVersion: () => Promise.resolve(kubeVersion), isNamespaced: () => Promise.resolve(true) };
    const [secret] = await templateChart(release, cluster, undefined, charts);
    return secret!['stringData'].password as string;
  };

  it('a random value stays until the chart, its values, its options or the cluster change', async () => {
    await write('more.yaml', 'user: a\n');
    const charts = store();
    const first = await password(charts);
    expect(await password(charts)).toBe(first);
    const seen = [first];
    const changed = async (...args: [Partial<HelmRelease>?, string?]) => {
      const next = await password(charts, ...args);
      expect(seen).not.toContain(next);
      expect(await password(charts, ...args)).toBe(next);
      seen.push(next);
    };
    await write('chart/values.yaml', 'user: other\n');
    await changed();
    await write('chart/templates/more/x.yaml', '');
    await changed();
    await changed({ set: { user: 'x' } });
    const values = [join(root, 'more.yaml')];
    await changed({ values });
    await write('more.yaml', 'user: b\n');
    await changed({ values });
    await changed({ values }, 'v1.35.0');
  });

  it('a random value survives the end of the process, and only the user can read it', async () => {
    const first = await password(store());
    expect(await password(store())).toBe(first);
    const [file] = await readdir(join(root, 'state'));
    expect((await stat(join(root, 'state'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(root, 'state', file!))).mode & 0o777).toBe(0o600);
  });

  it('releases with the same chart have values of their own', async () => {
    const charts = store();
    expect(await password(charts)).not.toBe(await password(charts, { release: 'other' }));
  });

  it('a folder that cannot be written keeps the value as long as the process runs', async () => {
    await write('state', 'a file');
    const charts = store();
    expect(await password(charts)).toBe(await password(charts));
  });
});

describe('chartsDirectory', () => {
  it('the folder is the user’s and neither in the workspace nor in the Nx cache', () => {
    const directory = chartsDirectory('/ws/.nx/cache/nx-kube/ocm', { HOME: '/home/me' });
    expect(directory).toMatch(/^\/home\/me\/\.local\/state\/nx-kube\/charts\/[0-9a-f]+$/);
    expect(chartsDirectory('/ws', { XDG_STATE_HOME: '/state' })).toMatch(/^\/state\/nx-kube\//);
  });
});
