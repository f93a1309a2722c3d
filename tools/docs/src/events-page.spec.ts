import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../../', import.meta.url);
const source = readFileSync(new URL('packages/executors/src/events/events.ts', root), 'utf8');
const page = readFileSync(new URL('docs/events.md', root), 'utf8');

const union = source
  .slice(source.indexOf('export type LoopEvent'), source.indexOf('export type Emit'))
  .replaceAll(/\/\*\*.*?\*\//gs, '');
const types = [...new Set([...union.matchAll(/\btype: '(\w+)'/g)].map(([, type]) => type!))];
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => [/^`(\w+)`/.exec(section)?.[1], section]),
);

describe('docs/events.md', () => {
  it('docs/events.md has one section for each event of the loop, and no other', () => {
    expect([...sections.keys()].sort()).toEqual([...types].sort());
  });

  it.each(types)('the section of %s shows one line of JSON and describes its fields in a table', (type) => {
    const section = sections.get(type)!;
    const line = /^```text\n(.*)\n```$/m.exec(section)![1]!;
    const { time, ...event } = JSON.parse(line);
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(event.type).toBe(type);
    for (const field of Object.keys(event).filter((name) => name !== 'type'))
      expect(section).toMatch(new RegExp(`^\\| \`${field}[.?\`]`, 'm'));
  });

  it('docs/events.md names every field of every event', () => {
    const named = [...union.matchAll(/\b(\w+)\??: /g)].map(([, field]) => field!);
    const described = page.match(/^\| `[^`]+`/gm)!.join('\n');
    for (const field of new Set(named.filter((name) => !['type', 'entry'].includes(name))))
      expect(described).toMatch(new RegExp(`\`${field}\\??\``));
  });
});
