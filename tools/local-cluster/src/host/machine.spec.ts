import { describe, expect, it } from 'vitest';
import { nameServerFile } from './machine.js';

const file = (name: string, ...servers: string[]) => ({
  file: name,
  content: `search example.test\n${servers.map((server) => `nameserver ${server}\n`).join('')}`,
});

describe('nameServerFile', () => {
  it.each([
    ['the first file with a server', [file('/a', '192.0.2.1'), file('/b', '192.0.2.2')], '/a'],
    ['the first file with a server that pods can reach', [file('/a', '127.0.0.53'), file('/b', '192.0.2.2')], '/b'],
    ['a file with several servers', [file('/a', '::1', 'fd00::1')], '/a'],
    ['no file if pods can reach no server', [file('/a'), file('/b', '127.0.0.1')], undefined],
    ['no file if there is none', [], undefined],
  ])("the machine's name servers come from %s", (_, files, expected) => {
    expect(nameServerFile(files)).toBe(expected);
  });
});
