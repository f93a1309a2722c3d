import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphWatch } from './graph-watch.js';
import { InputWatch } from './input-watch.js';
import type { LoopOptions } from './options.js';

let root: string;
const write = (path: string, text = '') => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'input-watch-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('InputWatch', () => {
  const stop = new AbortController();
  afterEach(() => stop.abort());

  it('files that become inputs are watched, and one that was edited meanwhile counts as an edit', async () => {
    write('a/main.go');
    write('lib/old.txt');
    const edits: string[][] = [];
    let wake = () => {};
    const next = async () => {
      while (!edits.length) await new Promise<void>((resolve) => (wake = resolve));
      return edits.shift()!;
    };
    const watch = new InputWatch(root, {
      signal: stop.signal,
      onEdit: ({ files }) => {
        edits.push(files);
        wake();
      },
    });
    const options = (...include: string[]) =>
      ({ inputs: new Map([['go-build', { include, exclude: [] }]]) }) as unknown as LoopOptions;
    expect(await watch.start(options('a/**/*.go').inputs)).toContain('a/main.go');

    const at = performance.now();
    // The clock of the file system advances in steps.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (Date.now() <= performance.timeOrigin + at + 20) await new Promise<void>((resolve) => setImmediate(resolve));
    write('lib/new.txt');
    await watch.follow(options('a/**/*.go'), options('a/**/*.go', 'lib/**/*'), { files: ['a/main.go'], at });
    expect(await next()).toEqual(['lib/new.txt']);
    write('lib/old.txt', 'edited');
    expect(await next()).toEqual(['lib/old.txt']);
    write('a/main.go', 'edited');
    expect(await next()).toEqual(['a/main.go']);
  });
});

describe('GraphWatch', () => {
  it('an edit concerns the graph if it changes what a Go file embeds or imports, or a configuration', async () => {
    write('a/main.go', 'package main\n');
    write('a/embeds.go', 'package main\n\n//go:embed x\nvar x string\n');
    const graph = new GraphWatch(root, () => ['example.com/lib']);
    await graph.learn(['a/main.go', 'a/embeds.go', 'a/x']);
    write('a/embeds.go', 'package main\n\n//go:embed x\nvar x string // edited\n');
    expect(await graph.concerns(['a/embeds.go', 'a/x'])).toBe(false);
    write('a/main.go', 'package main\n\nimport _ "example.com/lib/x"\n');
    expect(await graph.concerns(['a/main.go'])).toBe(true);
    expect(await graph.concerns(['a/main.go'])).toBe(false);
    write('a/new.go', 'package main\n\n//go:embed y\nvar y string\n');
    expect(await graph.concerns(['a/new.go'])).toBe(true);
    expect(await graph.concerns(['a/go.mod'])).toBe(true);
  });
});
