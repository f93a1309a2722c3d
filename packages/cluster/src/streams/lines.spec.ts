import { describe, expect, it } from 'vitest';
import { lines } from './lines.js';

async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function collect(...parts: (string | Uint8Array)[]): Promise<string[]> {
  const result: string[] = [];
  for await (const line of lines(chunks(...parts.map((part) => Buffer.from(part))))) result.push(line);
  return result;
}

describe('lines', () => {
  it.each([
    [['a\nb\n'], ['a', 'b']],
    [
      ['a', 'b', '\nc'],
      ['ab', 'c'],
    ],
    [['\n\n'], ['', '']],
    [[''], []],
    [['no end'], ['no end']],
    [['a\r\n'], ['a\r']],
  ])('the parts %j are the lines %j', async (parts, expected) => {
    expect(await collect(...parts)).toEqual(expected);
  });

  it('a character that is split between two parts is joined', async () => {
    const euro = Buffer.from('€\n');
    expect(await collect(euro.subarray(0, 1), euro.subarray(1, 2), euro.subarray(2))).toEqual(['€']);
  });

  it('a line of many megabytes in many chunks takes linear time', async () => {
    const chunk = 'x'.repeat(1024);
    const [line] = await collect(...Array.from({ length: 20_000 }, () => chunk), '\n');
    expect(line).toHaveLength(20_000 * 1024);
  });
});
