import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floors } from '../../lint/floors.mjs';

const page = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');

describe('docs/architecture.md', () => {
  it.each(Object.entries(floors))(
    'docs/architecture.md lists the floors of %s in the order of the lint rule',
    (folder, list) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${folder}\``));
      expect(row?.split('|')[2]?.trim()).toBe(list.map((floor) => `\`${floor}\``).join(' → '));
    },
  );
});
