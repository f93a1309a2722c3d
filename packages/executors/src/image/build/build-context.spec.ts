import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextDigest, copyContext, type ContextContent } from './build-context.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nx-kube-context-'));
  await write('Dockerfile', 'FROM scratch');
  await write('main.go', 'package main');
  await write('go.mod', 'module x');
  await write('templates/a.txt', 'a');
  await write('bin/manager', 'binary');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

describe('contextDigest', () => {
  const digest = (more: Partial<ContextContent> = {}) =>
    contextDigest({
      context: root,
      dockerfile: join(root, 'Dockerfile'),
      without: [join(root, 'bin/manager'), join(root, 'out')],
      goSources: false,
      ...more,
    });

  it.each<[string, () => Promise<unknown>]>([
    ['other content of a file', () => write('templates/a.txt', 'b')],
    ['a new file', () => write('templates/b.txt', '')],
    ['another mode of a file', () => chmod(join(root, 'templates/a.txt'), 0o755)],
    ['another name of a file', () => write('x', 'a').then(() => rm(join(root, 'templates/a.txt')))],
    ['a link', () => symlink('a.txt', join(root, 'templates/link'))],
  ])('the digest changes with %s', async (_, change) => {
    const before = await digest();
    await change();
    expect(await digest()).not.toBe(before);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the binary', () => write('bin/manager', 'other')],
    ['Go sources', () => Promise.all([write('main.go', '//'), write('go.mod', '//'), write('a/b/go.sum', '')])],
    ['the output', () => write('out/image/image.tar', 'x')],
    ['folders of tools', () => Promise.all([write('.git/HEAD', ''), write('node_modules/a/b', '')])],
    ['modification times', () => write('templates/a.txt', 'a')],
  ])('the digest does not change with %s', async (_, change) => {
    const before = await digest();
    await change();
    expect(await digest()).toBe(before);
  });

  it('the digest changes with the binary and Go sources when they are included', async () => {
    const released = { without: [], goSources: true };
    const before = await digest(released);
    await write('main.go', '//');
    const after = await digest(released);
    expect(after).not.toBe(before);
    await write('bin/manager', 'other');
    expect(await digest(released)).not.toBe(after);
  });

  it('ignored files do not change the digest, and the ignore file of the Dockerfile comes first', async () => {
    await write('.dockerignore', 'templates\n');
    const before = await digest();
    await write('templates/a.txt', 'b');
    expect(await digest()).toBe(before);
    await write('Dockerfile.dockerignore', 'nothing');
    const own = await digest();
    await write('templates/a.txt', 'c');
    expect(await digest()).not.toBe(own);
  });
});

describe('copyContext', () => {
  it('the selected files are copied with their paths and modes', async () => {
    await chmod(join(root, 'bin/manager'), 0o755);
    await copyContext(root, ['bin/manager', './templates/'], join(root, 'to'));
    expect(await readFile(join(root, 'to/templates/a.txt'), 'utf8')).toBe('a');
    expect((await stat(join(root, 'to/bin/manager'))).mode & 0o777).toBe(0o755);
    await expect(stat(join(root, 'to/main.go'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['nowhere', /^"only": .*\/nowhere does not exist\.$/],
    ['../x', /^"only": \.\.\/x is outside of the context .*\.$/],
  ])('the path %s is refused', async (path, message) => {
    const copy = copyContext(root, [path], join(root, 'to'));
    await expect(copy).rejects.toMatchObject({ culprit: 'configuration', message: expect.stringMatching(message) });
  });
});
