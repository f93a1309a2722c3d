import { describe, expect, it } from 'vitest';
import { jsonReporter } from './json.js';

describe('jsonReporter', () => {
  it('the JSON reporter writes each event as one line of JSON with its time', () => {
    const lines: string[] = [];
    jsonReporter((line) => lines.push(line))({ type: 'unhealthy', message: 'two\nlines' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(lines[0]!)).toEqual({ time: expect.any(String), type: 'unhealthy', message: 'two\nlines' });
  });
});
