import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programConfig } from '../build/program-config.js';
import { elf } from '../build/program.fixture.js';
import { compress, packProgram, type Layer } from './layer.js';
import { isScriptIn } from './read-program.js';
import { writeArchive } from './write-archive.js';

describe('isScriptIn', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nx-kube-program-'));
    await writeFile(join(folder, 'script'), '#!/bin/sh\nexec "$@"\n');
    await writeFile(join(folder, 'program'), elf('amd64', 'x'.repeat(200_000)));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const program = (file: string, path: string) =>
    packProgram({ file: join(folder, file), path }, join(folder, path.slice(1)));
  const link = (name: string, linkname: string) => {
    const tar = pack();
    tar.entry({ name, type: 'symlink', linkname });
    tar.finalize();
    return compress(tar as AsyncIterable<Buffer>, join(folder, `layer-${name}`));
  };
  const asked = async (path: string, ...layers: Layer[]) => {
    const diffIds = layers.map(({ diffId }) => diffId);
    const platform = { os: 'linux', architecture: 'amd64' };
    const config = programConfig({ platform, entrypoint: ['/x'], user: '1', diffIds });
    await writeArchive({ name: 'a', tag: '1', config, layers }, join(folder, 'image.tar'));
    return isScriptIn(join(folder, 'image.tar'), path);
  };

  it('a script and a program are told apart, also behind a symbolic link', async () => {
    const [script, manager] = [await program('script', '/entrypoint'), await program('program', '/manager')];
    expect(await asked('/entrypoint', manager, script)).toBe(true);
    expect(await asked('/manager', manager, script)).toBe(false);
    expect(await asked('/init', script, await link('init', 'entrypoint'))).toBe(true);
  });

  it('the topmost layer with the file counts', async () => {
    const below = await program('script', '/start');
    const above = await packProgram({ file: join(folder, 'program'), path: '/start' }, join(folder, 'above'));
    expect(await asked('/start', below, above)).toBe(false);
  });

  it('a file that the image does not have, and links in a circle, tell nothing', async () => {
    expect(await asked('/other', await program('program', '/manager'))).toBeUndefined();
    expect(await asked('/loop', await link('loop', '/loop'))).toBeUndefined();
  });
});
