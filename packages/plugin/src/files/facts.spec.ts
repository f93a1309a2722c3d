import { mkdtempSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Facts, type Reader } from './facts.js';

describe('Facts', () => {
  let root: string;
  let cacheFile: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'nx-kube-facts-'));
    cacheFile = join(root, 'data/cache.json');
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(root, { recursive: true });
  });

  const reader = (version = '1', name = 'text') =>
    ({ name, version, parse: vi.fn((text: string) => ({ text })) }) satisfies Reader<unknown>;
  /** Moves the clock, as if the file had been written long before it is read. */
  const later = () => vi.useFakeTimers({ now: Date.now() + 10_000, toFake: ['Date'] });
  const open = () => new Facts(root, cacheFile);

  it('an unchanged file is read once, also by the next process', () => {
    writeFileSync(join(root, 'a'), 'one');
    later();
    const lines = reader();
    const facts = open();
    expect(facts.read('a', lines)).toEqual({ text: 'one' });
    expect(facts.read('a', lines)).toEqual({ text: 'one' });
    facts.save();
    expect(open().read('a', lines)).toEqual({ text: 'one' });
    expect(lines.parse).toHaveBeenCalledTimes(1);
    expect(lines.parse).toHaveBeenCalledWith('one', 'a');
  });

  it('a file that was replaced by one of the same size and time is read again', () => {
    writeFileSync(join(root, 'a'), 'one');
    writeFileSync(join(root, 'b'), 'two');
    const { atime, mtime } = statSync(join(root, 'a'));
    later();
    const facts = open();
    facts.read('a', reader());
    utimesSync(join(root, 'b'), atime, mtime);
    renameSync(join(root, 'b'), join(root, 'a'));
    expect(facts.read('a', reader())).toEqual({ text: 'two' });
  });

  it('a file that was written a moment ago is not cached', () => {
    writeFileSync(join(root, 'a'), 'one');
    const lines = reader();
    const facts = open();
    facts.read('a', lines);
    facts.read('a', lines);
    expect(lines.parse).toHaveBeenCalledTimes(2);
  });

  it('another version of the reader reads the file again', () => {
    writeFileSync(join(root, 'a'), 'one');
    later();
    const facts = open();
    facts.read('a', reader());
    const newer = reader('2');
    facts.read('a', newer);
    expect(newer.parse).toHaveBeenCalledTimes(1);
  });

  it('two readers of one file each have their own result, also in the next process', () => {
    writeFileSync(join(root, 'a'), 'one');
    later();
    const [first, second] = [reader(), { name: 'length', version: '1', parse: vi.fn((text: string) => text.length) }];
    const facts = open();
    for (let i = 0; i < 2; i++) expect([facts.read('a', first), facts.read('a', second)]).toEqual([{ text: 'one' }, 3]);
    facts.save();
    expect(open().read('a', second)).toBe(3);
    expect([first.parse, second.parse].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  it('a missing file gives undefined, and a failure is not cached', () => {
    expect(open().read('missing', reader())).toBeUndefined();
    expect(open().read('.', reader())).toBeUndefined();
    writeFileSync(join(root, 'a'), 'one');
    const failing: Reader<never> = {
      name: 'failing',
      version: '1',
      parse: () => {
        throw new Error('not this');
      },
    };
    expect(() => open().read('a', failing)).toThrow('not this');
  });

  it('deleted files are removed from the cache', () => {
    writeFileSync(join(root, 'a'), 'one');
    writeFileSync(join(root, 'b'), 'two');
    later();
    const facts = open();
    facts.read('a', reader());
    facts.save();
    rmSync(join(root, 'a'));
    facts.read('b', reader());
    facts.save();
    expect(facts.size).toBe(1);
  });

  it('a damaged cache counts as empty, and a failure to write it is ignored', () => {
    writeFileSync(join(root, 'a'), 'one');
    writeFileSync(join(root, 'data'), 'a file, not a directory');
    later();
    const facts = open();
    expect(facts.read('a', reader())).toEqual({ text: 'one' });
    expect(() => facts.save()).not.toThrow();
    cacheFile = join(root, 'data');
    expect(open().read('a', reader())).toEqual({ text: 'one' });
  });

  it('the cache on disk is not read when Nx must not cache the graph', () => {
    writeFileSync(join(root, 'a'), 'one');
    later();
    const first = open();
    first.read('a', reader());
    first.save();
    vi.stubEnv('NX_CACHE_PROJECT_GRAPH', 'false');
    const lines = reader();
    open().read('a', lines);
    expect(lines.parse).toHaveBeenCalledTimes(1);
    vi.unstubAllEnvs();
  });
});
