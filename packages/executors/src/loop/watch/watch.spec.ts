import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watch, type Edit } from './watch.js';

describe('watch', () => {
  let root: string;
  let stop: AbortController;
  let edits: Edit[];
  let next: () => Promise<Edit>;
  let start: (quietMs?: number) => Promise<void>;

  beforeEach(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')));
    for (const folder of ['a/pkg', 'a/bin', 'b', 'other']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, '.gitignore'), 'bin/\n');
    writeFileSync(join(root, 'a/main.go'), 'package main');
    stop = new AbortController();
    edits = [];
    let wake = () => {};
    next = async () => {
      while (!edits.length) await new Promise<void>((resolve) => (wake = resolve));
      return edits.shift()!;
    };
    // Wide enough for events that a busy machine hands over late.
    start = (quietMs = 500) =>
      watch({
        ...{ workspaceRoot: root, roots: ['a', 'b'], quietMs, signal: stop.signal },
        onEdit: (edit) => {
          edits.push(edit);
          wake();
        },
      });
  });
  afterEach(() => {
    stop.abort();
    rmSync(root, { recursive: true, force: true });
  });

  it('files that change together are reported as one edit, with paths from the workspace root', async () => {
    await start();
    writeFileSync(join(root, 'a/main.go'), 'package main // 1');
    writeFileSync(join(root, 'a/pkg/new.go'), 'package pkg');
    writeFileSync(join(root, 'b/x.go'), 'package b');
    expect((await next()).files).toEqual(['a/main.go', 'a/pkg/new.go', 'b/x.go']);
  });

  it('each of several rapid saves is reported, also one right after the report of an edit', async () => {
    await start(15);
    for (const comment of ['', ' // 1', ' // 12']) {
      writeFileSync(join(root, 'a/main.go'), `package main${comment}`);
      expect((await next()).files).toEqual(['a/main.go']);
    }
  });

  it('a save by an editor that renames over the file is reported', async () => {
    await start();
    writeFileSync(join(root, 'a/.main.go.swp'), 'package main // 2');
    renameSync(join(root, 'a/.main.go.swp'), join(root, 'a/main.go'));
    const seen = new Set<string>();
    while (!seen.has('a/main.go')) (await next()).files.forEach((file) => seen.add(file));
  });

  it.each([
    ['sed -i', 'a/sedA1b2C3'],
    ['a JetBrains IDE', 'a/main.go___jb_tmp___'],
    ['an editor that nobody here knows', 'a/main.go.new-8f2'],
  ])('a save by %s is called by the file that it saves', async (_, temporary) => {
    await start();
    writeFileSync(join(root, temporary), 'package main // 3');
    renameSync(join(root, temporary), join(root, 'a/main.go'));
    writeFileSync(join(root, 'b/x.go'), 'package b');
    const seen = new Set<string>();
    while (!seen.has('a/main.go') || !seen.has('b/x.go')) (await next()).files.forEach((file) => seen.add(file));
    expect([...seen].sort()).toEqual(['a/main.go', 'b/x.go']);
    // The events of the temporary file come before those of this one.
    writeFileSync(join(root, 'b/x.go'), 'package b // 1');
    expect((await next()).files).toEqual(['b/x.go']);
  });

  it('the probe of Vim and the auto-save of Emacs make no edit', async () => {
    await start(15);
    writeFileSync(join(root, 'a/4913'), '');
    writeFileSync(join(root, 'a/#main.go#'), 'package main // 4');
    rmSync(join(root, 'a/4913'));
    writeFileSync(join(root, 'a/main.go'), 'package main // 4');
    expect((await next()).files).toEqual(['a/main.go']);
    rmSync(join(root, 'a/#main.go#'));
    writeFileSync(join(root, 'b/x.go'), 'package b');
    expect((await next()).files).toEqual(['b/x.go']);
  });

  it('ignored files and files outside the roots are not reported', async () => {
    await start();
    writeFileSync(join(root, 'a/bin/manager'), 'binary');
    writeFileSync(join(root, 'other/x.go'), 'package other');
    writeFileSync(join(root, 'b/last.go'), 'package b');
    expect((await next()).files).toEqual(['b/last.go']);
  });
});
