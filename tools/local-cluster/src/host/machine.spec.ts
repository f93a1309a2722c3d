import { describe, expect, it } from 'vitest';
import { nameServerFile } from './machine.js';

const file = (name: string, ...servers: string[]) => ({
  file: name,
  content: `search example.test\n${servers.map((server) => `nameserver ${server}\n`).join('')}`,
});

describe("the machine's name servers", () => {
  it.each([
    ['the first file that has one', [file('/a', '192.0.2.1'), file('/b', '192.0.2.2')], '/a'],
    ['not one that pods cannot reach', [file('/a', '127.0.0.53'), file('/b', '192.0.2.2')], '/b'],
    ['one with several servers', [file('/a', '::1', 'fd00::1')], '/a'],
    ['none', [file('/a'), file('/b', '127.0.0.1')], undefined],
    ['none without files', [], undefined],
  ])('are taken from %s', (_, files, expected) => {
    expect(nameServerFile(files)).toBe(expected);
  });
});
