import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layoutFor, type Layout } from '../config/layout.js';
import { inputsDigest } from './build-inputs.js';
import { ensureBuild, exportBuild, findBuild } from './builds.js';

const { signal } = new AbortController();
let layout: Layout;
beforeEach(() => {
  layout = layoutFor({ NX_KUBE_LOCAL_CLUSTER_HOME: mkdtempSync(join(tmpdir(), 'nx-kube-')) });
});
afterEach(() => rmSync(layout.home, { recursive: true }));

function putBuild(digest: string, usedAt = new Date()): string {
  const folder = join(layout.builds, digest);
  mkdirSync(folder, { recursive: true });
  for (const name of ['nx-kube-local', 'pause']) writeFileSync(join(folder, name), `${name} of ${digest}`);
  writeFileSync(join(folder, 'inputs.sha256'), digest);
  utimesSync(folder, usedAt, usedAt);
  return folder;
}

describe('builds', () => {
  it('a build is reused for the same inputs', async () => {
    const digest = await inputsDigest(signal);
    const folder = putBuild(digest);
    expect(await ensureBuild(layout, signal, expect.unreachable)).toEqual({ folder, digest });
    expect(await findBuild(layout, signal)).toEqual({ folder, digest });
  });

  it('a build with a missing program is not found', async () => {
    rmSync(join(putBuild(await inputsDigest(signal)), 'pause'));
    expect(await findBuild(layout, signal)).toBeUndefined();
  });

  it('only the most recently used builds are kept', async () => {
    const digest = await inputsDigest(signal);
    putBuild(digest, new Date(0));
    ['a', 'b', 'c', 'd'].forEach((name, hours) => putBuild(name, new Date(Date.UTC(2026, 0, 1, hours))));
    await ensureBuild(layout, signal, expect.unreachable);
    expect(readdirSync(layout.builds).sort()).toEqual([digest, 'c', 'd'].sort());
  });

  it('a build is exported only once', () => {
    const build = { folder: putBuild('a'), digest: 'a' };
    const output = join(layout.home, 'out');
    exportBuild(build, output);
    expect(readFileSync(join(output, 'nx-kube-local'), 'utf8')).toBe('nx-kube-local of a');
    rmSync(build.folder, { recursive: true });
    exportBuild(build, output);
    expect(existsSync(join(output, 'pause'))).toBe(true);
  });
});
