import { describe, expect, it } from 'vitest';
import { withFloors } from './floors-page.mjs';

const page = (rows: string) => `# A\n\n<!-- floors: here -->\n${rows}\nEnd\n`;

describe('withFloors', () => {
  it('withFloors replaces the table below the comment and keeps the rest of the page', () => {
    const table = '\n| package | floors, the ground floor first |\n| --- | --- |\n| `packages/a` | `x` → `y.ts` |\n';
    const before = page('\n| package | floors |\n| - | - |\n| `packages/a` | `z` |\n');
    expect(withFloors(before, { 'packages/a': ['x', 'y.ts'] })).toBe(page(table));
    expect(withFloors(page(table), { 'packages/a': ['x', 'y.ts'] })).toBe(page(table));
  });
});
