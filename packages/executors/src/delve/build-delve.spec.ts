import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { binaryPlatform } from '../image/build/binary-platform.js';
import { buildDelve, defaultDelveVersion, readDelveInfo } from './build-delve.js';

/** This machine's GOARCH: Go's build cache already holds the standard library for it. */
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

async function folder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nx-kube-delve-spec-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

describe('buildDelve', () => {
  it('Delve is built for the requested platform, and its Go versions are recorded', { timeout: 600_000 }, async () => {
    const directory = await folder();
    const output = join(directory, 'delve', 'dlv');
    expect(await buildDelve({ directory, output, goarch: architecture })).toMatchObject({ ok: true, path: output });
    expect(await binaryPlatform(output)).toEqual({ os: 'linux', architecture });
    expect(await readDelveInfo(output)).toEqual({ version: defaultDelveVersion, go: { min: '1.25', max: '1.27' } });
  });

  it('a Delve that does not support the Go version is refused before its build', { timeout: 120_000 }, async () => {
    const directory = await folder();
    await expect(buildDelve({ directory, output: join(directory, 'dlv'), version: '1.22.0' })).rejects.toThrow(
      /^Delve 1\.22\.0 is too old for go1\.\d+(\.\d+)?: it can debug programs of Go 1\.19 to 1\.22\.$/,
    );
  });

  it('the message of Go is passed on when a version does not exist', { timeout: 120_000 }, async () => {
    const directory = await folder();
    const result = await buildDelve({ directory, output: join(directory, 'dlv'), version: '1.27.999' });
    expect(result).toMatchObject({ ok: false, diagnostics: expect.stringContaining('v1.27.999') });
  });

  it('a malformed version is refused', async () => {
    await expect(buildDelve({ directory: '/', output: '/dlv', version: 'latest' })).rejects.toMatchObject({
      message: '"version": "latest" is not a Delve version.',
      next: `Write it in full and without "v", such as ${defaultDelveVersion}.`,
    });
  });
});
