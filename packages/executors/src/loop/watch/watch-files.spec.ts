import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFiles } from './watch-files.js';
import type { Edit } from './watch.js';

let folder: string;
let root: string;
let stop: AbortController;
let next: () => Promise<string[]>;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'watch-files-')));
  root = join(folder, 'workspace');
  mkdirSync(join(root, 'keys'), { recursive: true });
  writeFileSync(join(root, '.gitignore'), '*\n');
  writeFileSync(join(root, 'other.yaml'), '');
  writeFileSync(join(folder, 'rsa.pub'), '1');
  stop = new AbortController();
  const edits: Edit[] = [];
  let wake = () => {};
  next = async () => {
    while (!edits.length) await new Promise<void>((resolve) => (wake = resolve));
    return edits.shift()!.files;
  };
  await watchFiles([join(root, 'dev-settings.yaml'), join(root, 'keys'), join(folder, 'rsa.pub')], {
    ...{ workspaceRoot: root, quietMs: 100, signal: stop.signal },
    onEdit: (edit) => {
      edits.push(edit);
      wake();
    },
  });
});
afterEach(() => {
  stop.abort();
  rmSync(folder, { recursive: true, force: true });
});

describe('watchFiles', () => {
  it('watchFiles reports only named files and files in named folders, also git-ignored ones and those outside the workspace', async () => {
    writeFileSync(join(root, 'other.yaml'), 'x');
    writeFileSync(join(folder, 'rsa.pub'), '2');
    expect(await next()).toEqual(['../rsa.pub']);
    writeFileSync(join(root, 'keys', 'alice'), 'x');
    expect(await next()).toEqual(['keys/alice']);
  });

  it('watchFiles reports a file that appears, is replaced, or disappears', async () => {
    writeFileSync(join(root, 'dev-settings.yaml'), 'dev: {}');
    expect(await next()).toEqual(['dev-settings.yaml']);
    writeFileSync(join(root, '.swp'), 'dev: {logs: false}');
    renameSync(join(root, '.swp'), join(root, 'dev-settings.yaml'));
    expect(await next()).toEqual(['dev-settings.yaml']);
    rmSync(join(root, 'dev-settings.yaml'));
    expect(await next()).toEqual(['dev-settings.yaml']);
  });
});
