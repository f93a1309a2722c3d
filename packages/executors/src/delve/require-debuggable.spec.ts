import { describe, expect, it } from 'vitest';
import { requireDebuggable } from './require-debuggable.js';

const build = { directory: '/p', output: '/p/bin/manager' };

describe('a binary that can be debugged', () => {
  it.each([
    { gcflags: 'all=-N -l', ldflags: '' },
    { gcflags: ['all=-N', '-l'], ldflags: ['-X main.version=1 -s=false'] },
  ])('is built by %j', (flags) => {
    expect(() => requireDebuggable({ ...build, ...flags }, 'go-build')).not.toThrow();
  });

  it.each([[{}], [{ gcflags: 'all=-N -l' }], [{ gcflags: 'all=-N -l', ldflags: '-X a=b -w' }]])(
    'is not built by %j, which strips',
    (flags) => {
      expect(() => requireDebuggable({ ...build, ...flags }, 'go-build')).toThrow(
        expect.objectContaining({
          message: 'go-build leaves out the debug information ("ldflags"): there is nothing for the debugger to show',
          next: expect.stringContaining('--configuration debug'),
        }),
      );
    },
  );

  it('is not built with optimizations', () => {
    expect(() => requireDebuggable({ ...build, ldflags: '' }, 'go-build')).toThrow(/go-build optimizes \("gcflags"\)/);
  });
});
