import { describe, expect, it } from 'vitest';
import { isTemporary } from './temporary-files.js';

describe('isTemporary', () => {
  it.each([
    ...['sedA1b2C3', '4913', '.main.go.swp', '.main.go.swx', 'main.go~', 'main.go___jb_tmp___', 'main.go___jb_old___'],
    ...['#main.go#', '.#main.go', 'main.go.vsctmp', '.goutputstream-X1Y2Z3', '.main.go.kate-swp', 'main.go.1234567'],
  ])('%s is a file that an editor writes while it saves another', (name) => expect(isTemporary(name)).toBe(true));

  it.each([
    'main.go',
    'sed.go',
    'sedation.md',
    '.env',
    '.env.local',
    'Makefile',
    '4913.yaml',
    'a#b.go',
    'manager.swp.yaml',
  ])('%s is a file of the user', (name) => expect(isTemporary(name)).toBe(false));
});
