import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NxKubeError } from '@nx-kube/cluster';
import { describe, expect, it } from 'vitest';
import { scratch } from './local-agent.spec.fixture.js';
import { pack, preparePack, type Pack } from './pack.js';

async function bytesOf(packed: Pack): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of packed.bytes()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const digest = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`;

/** Bytes that do not compress; the same seed gives the same bytes. */
function noise(seed: string, length: number): Buffer {
  const parts = [];
  for (let i = 0; i * 32 < length; i++) parts.push(createHash('sha256').update(`${seed} ${i}`).digest());
  return Buffer.concat(parts).subarray(0, length);
}

describe('pack', () => {
  async function files() {
    const folder = await scratch();
    const [oldPath, path] = [join(folder, 'old'), join(folder, 'new')];
    const old = noise('a', 1_500_000);
    const content = Buffer.concat([old.subarray(0, 500_000), noise('b', 100), old.subarray(500_000)]);
    await writeFile(oldPath, old);
    await writeFile(path, content);
    return { oldPath, path, old, content };
  }

  it('a pack without a base holds the whole binary, with its digest and size', async () => {
    const { path, content } = await files();
    const packed = pack({ path });
    expect(await packed.header).toEqual({ digest: digest(content), size: content.length });
    expect(await packed.begin).toEqual({ size: content.length });
    expect((await bytesOf(packed)).length).toBeGreaterThan(content.length);
    // Incompressible content gets little overhead, and the digest is not among the bytes.
    expect((await bytesOf(packed)).length).toBeLessThan(content.length + 100);
    expect((await bytesOf(packed)).includes('sha256:')).toBe(false);
  });

  it('a pack with a base holds the difference and the digest of the base', async () => {
    const { path, oldPath, old, content } = await files();
    const packed = pack({ path, base: { path: oldPath } });
    expect(await packed.header).toEqual({ digest: digest(content), size: content.length, baseDigest: digest(old) });
    expect((await bytesOf(packed)).length).toBeLessThan(1000);
  });

  it('the given digest of a base is trusted', async () => {
    const { path, oldPath } = await files();
    const packed = pack({ path, base: { path: oldPath, digest: 'sha256:known' } });
    expect(await packed.header).toMatchObject({ baseDigest: 'sha256:known' });
  });

  it('several readers get the same bytes, whenever they begin', async () => {
    const { path } = await files();
    const packed = pack({ path });
    const [one, other] = await Promise.all([bytesOf(packed), bytesOf(packed)]);
    expect(other.equals(one)).toBe(true);
    expect((await bytesOf(packed)).equals(one)).toBe(true);
  });

  it('a pack is prepared before its file exists', async () => {
    const folder = await scratch();
    const { oldPath, content } = await files();
    const prepared = preparePack({ base: { path: oldPath } });
    const path = join(folder, 'a new one');
    await writeFile(path, content);
    expect(await prepared.pack(path).header).toMatchObject({ digest: digest(content) });
  });

  it('every reader learns which file cannot be read', async () => {
    const { path, oldPath } = await files();
    for (const packed of [pack({ path: '/not/there' }), pack({ path, base: { path: '/not/there' } })]) {
      const failure = expect.objectContaining({
        culprit: 'configuration',
        message: expect.stringContaining('/not/there'),
      });
      await expect(packed.begin).rejects.toEqual(failure);
      await expect(packed.header).rejects.toEqual(failure);
      await expect(packed.header).rejects.toBeInstanceOf(NxKubeError);
      await expect(bytesOf(packed)).rejects.toEqual(failure);
    }
    await expect(pack({ path: join(oldPath, '..') }).header).rejects.toThrow('not a regular file');
  });

  it('the signal ends the packer', async () => {
    const { oldPath, path } = await files();
    const controller = new AbortController();
    const prepared = preparePack({ base: { path: oldPath }, signal: controller.signal });
    controller.abort();
    await expect(prepared.pack(path).header).rejects.toThrow('cancelled');
  });
});
