import { describe, expect, it } from 'vitest';
import { requireDebuggable } from './require-debuggable.js';

const build = { directory: '/p', output: '/p/bin/manager' };

describe('requireDebuggable', () => {
  it.each([
    { gcflags: 'all=-N -l', ldflags: '' },
    { gcflags: ['all=-N', '-l'], ldflags: ['-X main.version=1 -s=false'] },
  ])('a build with %j is accepted', (flags) => {
    expect(() => requireDebuggable({ ...build, ...flags }, 'go-build')).not.toThrow();
  });

  it.each([[{}], [{ gcflags: 'all=-N -l' }], [{ gcflags: 'all=-N -l', ldflags: '-X a=b -w' }]])(
    'a build with %j is refused because it strips debug information',
    (flags) => {
      expect(() => requireDebuggable({ ...build, ...flags }, 'go-build')).toThrow(
        expect.objectContaining({
          message: 'go-build leaves out the debug information ("ldflags"): the debugger has nothing to show.',
          next: expect.stringContaining('--configuration debug'),
        }),
      );
    },
  );

  it('a build with optimizations is refused', () => {
    expect(() => requireDebuggable({ ...build, ldflags: '' }, 'go-build')).toThrow(/go-build optimizes \("gcflags"\)/);
  });
});
