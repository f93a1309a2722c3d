import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BinaryStore } from './binary-store.js';

describe('BinaryStore', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'binary-store-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('the binary store keeps copies of the last three binaries, also when their file changes', async () => {
    const store = new BinaryStore(join(folder, 'store'));
    const file = join(folder, 'manager');
    for (const version of ['1', '2', '3', '4']) {
      writeFileSync(file, `binary ${version}`);
      await store.add(`sha256:${version}`, file);
    }
    expect(await store.find('sha256:1')).toBeUndefined();
    expect(readFileSync((await store.find('sha256:2'))!, 'utf8')).toBe('binary 2');
    expect(readdirSync(join(folder, 'store'))).toHaveLength(3);
  });

  it('the binary store keeps a binary that is used again', async () => {
    const store = new BinaryStore(join(folder, 'store'));
    const file = join(folder, 'manager');
    for (const version of ['1', '2', '3', '1', '4']) {
      writeFileSync(file, `binary ${version}`);
      await store.add(`sha256:${version}`, file);
    }
    expect(await store.find('sha256:1')).toBeDefined();
    expect(await store.find('sha256:2')).toBeUndefined();
  });
});
