import { describe, expect, it } from 'vitest';
import { isProgress, rebasePosition } from './diagnostics.js';

describe('rebasePosition', () => {
  it.each([
    ['./main.go:5:24: undefined: x', 'apps/one/main.go:5:24: undefined: x'],
    ['pkg/a/a.go:4:6: F redeclared in this block', 'apps/one/pkg/a/a.go:4:6: F redeclared in this block'],
    ['\tpkg/a/a.go:3:6: other declaration of F', '\tapps/one/pkg/a/a.go:3:6: other declaration of F'],
    ['../shared/my file.go:1:1: expected ;', 'apps/shared/my file.go:1:1: expected ;'],
    ['go.mod:4: unknown directive: bogus', 'apps/one/go.mod:4: unknown directive: bogus'],
    ['x_amd64.s:7: unrecognized instruction', 'apps/one/x_amd64.s:7: unrecognized instruction'],
    ['/usr/local/go/src/fmt/print.go:1:1: x', '/usr/local/go/src/fmt/print.go:1:1: x'],
    ['# example.com/x/main.go', '# example.com/x/main.go'],
    ['go: errors parsing go.mod:', 'go: errors parsing go.mod:'],
    ['\tgo get example.com/nope/z', '\tgo get example.com/nope/z'],
    ['package x: see main.go:5', 'package x: see main.go:5'],
  ])('the line %j becomes %j for the project apps/one', (line, expected) => {
    expect(rebasePosition(line, '/w/apps/one', '/w')).toBe(expected);
    expect(rebasePosition(line, '/w/apps/one', '/w/apps/one')).toBe(line);
  });
});

describe('isProgress', () => {
  it('a line of progress differs from a line of an error', () => {
    expect(isProgress('go: downloading example.com/x v1.2.3')).toBe(true);
    expect(isProgress('go: errors parsing go.mod:')).toBe(false);
  });
});
