import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { applyTransform } from './transform.js';
import { configMap } from './workload.fixture.js';

describe('applyTransform', () => {
  const directory = mkdtempSync(join(tmpdir(), 'transform-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  let saves = 0;
  const run = (text: string, name = 'transform.mjs') => {
    const file = join(directory, name);
    writeFileSync(file, text);
    utimesSync(file, 1000, 1000 + (saves += 1));
    return applyTransform([structuredClone(configMap)], file);
  };

  it('the function is applied, and its new version after an edit', async () => {
    const labelled = (value: string) =>
      `export default (objects) => objects.map((o) => { o.metadata.labels = { by: '${value}' }; return o; });`;
    expect((await run(labelled('one')))[0]!.metadata.labels).toEqual({ by: 'one' });
    expect((await run(labelled('two')))[0]!.metadata.labels).toEqual({ by: 'two' });
  });

  it.each([
    ['throw new Error("no")', 'cannot be loaded: no.'],
    ['export default 1', 'has no function as its default export.'],
    ['export default () => { throw new Error("bad object") }', 'threw an error: bad object.'],
    ['export default () => [{ kind: "X" }]', 'did not return a list of Kubernetes objects.'],
    ['export default () => {}', 'did not return a list of Kubernetes objects.'],
  ])('the module "%s" is refused', async (text, message) => expect(run(text)).rejects.toThrow(message));

  it('a missing module is refused', () =>
    expect(applyTransform([], join(directory, 'none.mjs'))).rejects.toThrow('cannot be loaded'));
});
