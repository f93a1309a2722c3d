import { describe, expect, it } from 'vitest';
import { parseEnvFile } from './env-file.js';

const parse = (text: string | Buffer) => parseEnvFile(Buffer.from(text as string));

describe('parseEnvFile', () => {
  it('a value is everything after the first =, quotes and spaces included', () => {
    const text = 'A=1\n  B="two" # three \r\nC=a=b\nD=\n\n   \n# E=5\n\t#F\nG_1.h-i=\u00e4';
    expect(parse(text)).toEqual({
      lines: [
        { line: 1, key: 'A', value: '1' },
        { line: 2, key: 'B', value: '"two" # three ' },
        { line: 3, key: 'C', value: 'a=b' },
        { line: 4, key: 'D', value: '' },
        { line: 9, key: 'G_1.h-i', value: '\u00e4' },
      ],
      bad: [],
    });
  });

  it('a name alone has no value, so that the environment gives it', () =>
    expect(parse('A').lines).toEqual([{ line: 1, key: 'A' }]));

  it('a byte order mark is skipped only at the start of the file', () => {
    expect(parse('\ufeffA=1').lines).toEqual([{ line: 1, key: 'A', value: '1' }]);
    expect(parse('A=1\n\ufeffB=2').bad).toEqual([{ line: 2, mistake: 'does not begin with the name of a variable' }]);
  });

  it('invalid lines are reported by number only', () => {
    const text = Buffer.concat([
      Buffer.from('export A=hunter2hunter2\n1A=x\n=x\nB C=1\n..D=1\n'),
      Buffer.from([0x41, 0x3d, 0xff, 0x0a]),
    ]);
    const { lines, bad } = parse(text);
    expect(lines).toEqual([]);
    expect(bad.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bad[5]!.mistake).toBe('is not UTF-8');
    expect(JSON.stringify(bad)).not.toContain('hunter2');
  });
});
