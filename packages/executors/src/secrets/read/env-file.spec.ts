import { expect, it } from 'vitest';
import { parseEnvFile } from './env-file.js';

const parse = (text: string | Buffer) => parseEnvFile(Buffer.from(text as string));

it('takes everything after the first = for the value, quotes and spaces too', () => {
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

it('leaves a name alone to the environment', () => expect(parse('A').lines).toEqual([{ line: 1, key: 'A' }]));

it('skips a byte order mark, but only at the beginning', () => {
  expect(parse('\ufeffA=1').lines).toEqual([{ line: 1, key: 'A', value: '1' }]);
  expect(parse('A=1\n\ufeffB=2').bad).toEqual([{ line: 2, mistake: 'does not begin with a name of a variable' }]);
});

it('tells lines that are none by number only', () => {
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
